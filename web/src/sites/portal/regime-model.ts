/** A followed record as bands, marks and series on one time axis. */
import type { KeptRegimes } from "@/data/types";
import { formatClock, formatLead, formatMoment, formatNumber, prettyUnit, type Zone } from "@/kit/format";
import { oddsOf, type Stretch } from "@/kit/regime-timeline";
import type { Mark, Series } from "@/kit/series";
import type { TimeWords } from "@/kit/series-figure";

type Preview = KeptRegimes["preview"];

/** Where a sample lies in time: exact for samples shown, on a straight line between them. */
export function timeOf(preview: Preview, sample: number): number {
  const { samples, times } = preview;
  let low = 0;
  let high = samples.length - 1;
  if (sample <= samples[low]!) return times[low]!;
  if (sample >= samples[high]!) return times[high]!;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (samples[middle]! <= sample) low = middle;
    else high = middle;
  }
  const share = (sample - samples[low]!) / (samples[high]! - samples[low]!);
  return times[low]! + share * (times[high]! - times[low]!);
}

export function rangeOf({ preview }: KeptRegimes): [number, number] {
  return [preview.times[0] ?? 0, preview.times.at(-1) ?? 1];
}

/** Segments; the newest one carries the evidence of the regime, the others what began them. */
export function stretchesOf(record: KeptRegimes): Stretch[] {
  const began = new Map(record.change_points.map((change) => [change.index, change.evidence]));
  return record.segments.map((segment, at) => {
    const newest = at === record.segments.length - 1;
    const beginning = began.get(segment.start);
    return {
      id: `s${at}`,
      from: timeOf(record.preview, segment.start),
      to: timeOf(record.preview, newest ? segment.end - 1 : segment.end),
      label: segment.label,
      confirmed: segment.confirmed,
      probability: segment.probability,
      evidence: newest ? record.regime.evidence : beginning ? `Began with a change. ${beginning}` : "From the first sample on.",
    };
  });
}

export function marksOf(record: KeptRegimes): Mark[] {
  const changes = record.change_points.map((change, at): Mark => {
    const from = timeOf(record.preview, change.index);
    return {
      id: `c${at}`, kind: "change", from, to: from,
      evidence: `${change.evidence} So much evidence without a change: ${oddsOf(change.score)}.`,
    };
  });
  const anomalies = record.anomalies.map((anomaly, at): Mark => ({
    id: `a${at}`,
    kind: "anomaly",
    from: timeOf(record.preview, anomaly.start),
    to: timeOf(record.preview, anomaly.end - 1),
    evidence: `${countOf(anomaly.end - anomaly.start)} unlike what came before; as unlike in the past: ${oddsOf(anomaly.score)}.`,
  }));
  return [...changes, ...anomalies];
}

const countOf = (samples: number) => (samples === 1 ? "One sample" : `${formatNumber(samples)} samples`);

export function seriesOf({ preview, input }: KeptRegimes, name: string): Series {
  return { name, unit: input.units[name] ?? "", times: preview.times, observed: preview.values[name] ?? [], forecast: null };
}

/** The chart in one sentence. */
export function summaryOf(series: Series, record: KeptRegimes): string {
  const known = series.observed.filter((value) => typeof value === "number");
  if (known.length === 0) return `${series.name} has no reading here.`;
  const [low, high] = known.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
  const unit = prettyUnit(series.unit) && `\u2009${prettyUnit(series.unit)}`;
  const drawn = record.preview.thinned ? " Drawn: the lowest and the highest reading of each stretch." : "";
  return `${series.name} lies between ${formatNumber(low)} and ${formatNumber(high)}${unit} in ${formatNumber(record.n)} samples.${drawn}`;
}

const DAY = 86_400;
const LONG = 20 * DAY;

function tickOf(time: number, span: number, zone: Zone): string {
  const day = formatMoment(time, zone).slice(0, 10);
  if (span > LONG) return day;
  return span > DAY ? `${day.slice(5)} ${formatClock(time, zone, false)}` : formatClock(time, zone, span < 1800);
}

/** How times are written: dates where the record has them, else seconds on its own clock. */
export function wordsOf(record: KeptRegimes, zone: Zone): TimeWords {
  if (!record.preview.absolute)
    return {
      column: "seconds on the record’s clock",
      tick: (time) => `${formatNumber(time)} s`,
      cell: (time) => time,
      cursor: (time) => formatLead(time).replace("+", ""),
    };
  return {
    column: zone === "utc" ? "time (UTC)" : "time (local)",
    tick: (time, span) => tickOf(time, span, zone),
    cell: (time) => (zone === "utc" ? new Date(time * 1000).toISOString() : formatMoment(time, zone)),
    cursor: (time) => formatMoment(time, zone),
  };
}
