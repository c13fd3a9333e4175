/** The plant's own last readings as a file to forecast: a sample that is always at hand. */
import type { StreamView } from "@/data/stream-log";
import { toCsv } from "@/kit/export";

export const ENOUGH_ROWS = 30;
const MOST_ROWS = 1200;

/** A CSV of the newest readings, time in UTC, units in the header. */
export function plantFile(view: StreamView): File {
  const from = Math.max(0, view.times.length - MOST_ROWS);
  const columns = ["time", ...view.channels.map(({ name, unit }) => (unit ? `${name} [${unit}]` : name))];
  const rows = view.times
    .slice(from)
    .map((time, at) => [
      new Date(time * 1000).toISOString(),
      ...view.channels.map(({ name }) => view.values[name]?.[from + at] ?? null),
    ]);
  return new File([toCsv({ columns, rows })], `${view.source || "plant"}.csv`, { type: "text/csv" });
}
