/** One variable over time: what was observed, what is forecast, joined on one time axis. */
import type { SeriesDocument } from "@/data/types";
import type { Sheet } from "@/kit/export";

type Values = readonly (number | null | undefined)[];

export type Series = {
  name: string;
  unit: string;
  /** Seconds; rising. */
  times: readonly number[];
  observed: Values;
  forecast: { origin: number; times: readonly number[]; values: SeriesDocument } | null;
};

export type Band = { from: number; to: number; label: string; confirmed: boolean; evidence: string };

/** What happened on the time axis: the pattern changed, or readings were unlike all before. */
export type Mark = {
  id: string;
  kind: "change" | "anomaly";
  from: number;
  /** Last sample; for a change the same as `from`. */
  to: number;
  evidence: string;
};

/** Columns over the union of times. `undefined` is "no such sample here", null a missing value. */
export type Joined = {
  times: number[];
  observed: (number | null | undefined)[];
  mean: (number | null | undefined)[];
  upper: (number | null | undefined)[];
  lower: (number | null | undefined)[];
  innerUpper: (number | null | undefined)[];
  innerLower: (number | null | undefined)[];
  persistence: (number | null | undefined)[];
  seasonal: (number | null | undefined)[];
};

export function joinSeries(series: Series): Joined {
  const ahead = series.forecast;
  const times = ahead ? [...new Set([...series.times, ...ahead.times])].sort((a, b) => a - b) : [...series.times];
  const place = new Map(times.map((time, at) => [time, at]));
  const spread = (from: readonly number[], values: Values) => {
    const column = new Array<number | null | undefined>(times.length).fill(undefined);
    from.forEach((time, at) => (column[place.get(time)!] = values[at] ?? null));
    return column;
  };
  const aheadColumn = (values: Values | undefined) => (ahead && values ? spread(ahead.times, values) : spread([], []));
  const values = ahead?.values;
  return {
    times,
    observed: spread(series.times, series.observed),
    mean: aheadColumn(values?.mean),
    upper: aheadColumn(values?.upper),
    lower: aheadColumn(values?.lower),
    innerUpper: aheadColumn(values?.inner_upper),
    innerLower: aheadColumn(values?.inner_lower),
    persistence: aheadColumn(values?.persistence),
    seasonal: aheadColumn(values?.seasonal_naive ?? undefined),
  };
}

/** The same numbers as the picture, in full. */
export function seriesSheet(series: Series, timeName: string, timeText: (time: number) => string | number): Sheet {
  const joined = joinSeries(series);
  const unit = series.unit ? ` [${series.unit}]` : "";
  const columns = [timeName, `observed${unit}`];
  const parts: Values[] = [joined.observed];
  if (series.forecast) {
    columns.push("forecast", "90 % lower", "90 % upper", "50 % lower", "50 % upper", "last value held");
    parts.push(joined.mean, joined.lower, joined.upper, joined.innerLower, joined.innerUpper, joined.persistence);
    if (series.forecast.values.seasonal_naive) {
      columns.push("one season ago");
      parts.push(joined.seasonal);
    }
  }
  const rows = joined.times.map((time, at) => [timeText(time), ...parts.map((part) => part[at] ?? null)]);
  return { columns, rows };
}
