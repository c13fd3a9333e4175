import { useCallback, useRef } from "react";

import { ChartFigure } from "@/kit/chart-figure";
import { resolveColours } from "@/kit/colours";
import { savePng } from "@/kit/export";
import { formatNumber, formatQuantity, prettyUnit } from "@/kit/format";
import { type Band, type Joined, type Mark, type Series, seriesSheet } from "@/kit/series";
import { type PlotHandle, SeriesPlot } from "@/kit/series-plot";

/** How times of one group of charts are written. */
export type TimeWords = {
  column: string;
  tick: (time: number, spanS: number) => string;
  cell: (time: number) => string | number;
  cursor: (time: number) => string;
};

type Props = {
  title: string;
  series: Series;
  range: readonly [number, number];
  bands: readonly Band[];
  marks?: readonly Mark[];
  /** The chart in one sentence, where it is not about a forecast. */
  summary?: string;
  syncKey: string;
  showAxis: boolean;
  words: TimeWords;
  originText: string;
  tableOpen: boolean;
  onTable: (open: boolean) => void;
  height?: number;
};

const last = (values: readonly (number | null | undefined)[]) => values.findLast((value) => value !== null && value !== undefined);

/** The chart in one sentence. */
export function sentence(title: string, series: Series): string {
  const unit = prettyUnit(series.unit) && `\u2009${prettyUnit(series.unit)}`;
  const quantity = (value: number | null | undefined) => `${formatNumber(value)}${unit}`;
  const present = last(series.observed);
  const start = present === undefined ? `${title}:` : `${title} is at ${quantity(present)};`;
  const ahead = series.forecast;
  if (!ahead) return present === undefined ? `${title} has no reading and no forecast here.` : `${start} no forecast yet.`;
  const { mean, lower, upper } = ahead.values;
  const lead = formatQuantity((ahead.times.at(-1) ?? ahead.origin) - ahead.origin, "s");
  if (last(mean) === undefined) return `${start} the forecast has no value.`;
  return `${start} ${lead} past the line ${formatNumber(last(mean))}, nine times in ten between ${formatNumber(last(lower))} and ${formatNumber(last(upper))}${unit}.`;
}

function readout(joined: Joined, at: number | null, unit: string, words: TimeWords): string {
  if (at === null) return "";
  const seen = joined.observed[at] ?? joined.mean[at];
  if (seen === null || seen === undefined) return "";
  return `${words.cursor(joined.times[at]!)}  ${formatQuantity(seen, unit)}`;
}

/** One variable as a figure: picture, sentence, table, exports. */
export function SeriesFigure(props: Props) {
  const { title, series, words } = props;
  const plot = useRef<PlotHandle>(null);
  const spot = useRef<HTMLSpanElement>(null);
  const onCursor = useCallback(
    (joined: Joined, at: number | null) => {
      if (spot.current) spot.current.textContent = readout(joined, at, series.unit, words);
    },
    [series.unit, words],
  );
  const onPng = () => {
    const canvas = plot.current?.canvas();
    const colours = resolveColours({ ground: "var(--surface)", text: "var(--text)" });
    if (canvas) savePng(series.name, `${title} [${prettyUnit(series.unit)}]`, [canvas], colours);
  };
  return (
    <ChartFigure
      name={series.name}
      title={
        <>
          {title} <span className="unit small">{prettyUnit(series.unit) || "no unit"}</span>
        </>
      }
      summary={props.summary ?? sentence(title, series)}
      sheet={() => seriesSheet(series, words.column, words.cell)}
      onPng={onPng}
      tableOpen={props.tableOpen}
      onTable={props.onTable}
      indented
      readout={<span ref={spot} className="readout num" aria-hidden="true" />}
    >
      <SeriesPlot
        ref={plot}
        series={series}
        range={props.range}
        bands={props.bands}
        marks={props.marks}
        syncKey={props.syncKey}
        showAxis={props.showAxis}
        tickText={words.tick}
        originText={props.originText}
        onCursor={onCursor}
        {...(props.height ? { height: props.height } : {})}
      />
    </ChartFigure>
  );
}
