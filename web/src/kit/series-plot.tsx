import { useEffect, useImperativeHandle, useMemo, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { useDarkness } from "@/kit/preferences";
import { paintBands, paintMarks, paintOrigin, type Palette, readPalette } from "@/kit/series-paint";
import { type Band, joinSeries, type Joined, type Mark, type Series } from "@/kit/series";

export type PlotHandle = { canvas: () => HTMLCanvasElement | null };

type Props = {
  series: Series;
  range: readonly [number, number];
  bands: readonly Band[];
  marks?: readonly Mark[] | undefined;
  /** Charts with one key share the cursor. */
  syncKey: string;
  showAxis: boolean;
  tickText: (time: number, spanS: number) => string;
  originText: string;
  /** Told where the cursor is: position in the joined columns, or null. */
  onCursor: (joined: Joined, at: number | null) => void;
  height?: number;
  ref?: React.Ref<PlotHandle>;
};

const AXIS_WIDTH = 60;
const AXIS_HEIGHT = 26;
const RIGHT_PAD = 20;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
/** Steps between ticks that people count time in, in seconds. */
const TIME_STEPS = [
  ...[1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1].flatMap((step) => [step, 2 * step, 5 * step]),
  ...[1, 2, 5, 10, 15, 20, 30],
  ...[1, 2, 5, 10, 15, 20, 30].map((step) => step * MINUTE),
  ...[1, 2, 3, 6, 12].map((step) => step * HOUR),
  ...[1, 2, 5, 10, 30, 100, 365, 1000, 3650].map((step) => step * DAY),
];

const columns = (joined: Joined) =>
  [
    joined.times,
    joined.upper,
    joined.lower,
    joined.innerUpper,
    joined.innerLower,
    joined.persistence,
    joined.seasonal,
    joined.mean,
    joined.observed,
  ] as uPlot.AlignedData;

/** One small time series: truth, forecast with its intervals, baseline, regime bands. */
export function SeriesPlot(props: Props) {
  const { series, range, height = 104, showAxis, ref } = props;
  const dark = useDarkness();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const joined = useMemo(() => joinSeries(series), [series]);
  const now = useRef({ ...props, joined });
  now.current = { ...props, joined };

  useImperativeHandle(ref, () => ({ canvas: () => plot.current?.ctx.canvas ?? null }), []);

  useEffect(() => {
    const box = host.current;
    if (!box) return;
    const palette = readPalette();
    const total = height + (showAxis ? AXIS_HEIGHT : 8);
    const made = new uPlot(
      options(palette, { width: Math.max(120, box.clientWidth), height: total, showAxis }, now),
      columns(now.current.joined),
      box,
    );
    plot.current = made;
    const watcher = new ResizeObserver(() => {
      const width = Math.max(120, box.clientWidth);
      if (width !== made.width) made.setSize({ width, height: total });
    });
    watcher.observe(box);
    return () => {
      watcher.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [dark, height, showAxis]);

  const [from, to] = range;
  useEffect(() => {
    plot.current?.setData(columns(joined));
  }, [joined, from, to, props.bands, props.marks]);

  return <div ref={host} className="plot" />;
}

type Size = { width: number; height: number; showAxis: boolean };
type Now = { current: Props & { joined: Joined } };

function options(palette: Palette, size: Size, now: Now): uPlot.Options {
  const { syncKey } = now.current;
  const edge = { width: 0, points: { show: false } };
  const ticks = { stroke: palette.grid, width: 1, size: 4 };
  return {
    width: size.width,
    height: size.height,
    title: "",
    legend: { show: false },
    padding: [4, RIGHT_PAD, size.showAxis ? 0 : 4, 0],
    cursor: { sync: { key: syncKey, setSeries: false }, drag: { x: false, y: false }, y: false, points: { size: 6 } },
    scales: { x: { time: false, range: () => [...now.current.range] as [number, number] }, y: { range: yRange } },
    axes: [
      {
        show: size.showAxis,
        size: AXIS_HEIGHT,
        stroke: palette.muted,
        font: "11px Inter, sans-serif",
        grid: { stroke: palette.grid, width: 1 },
        ticks,
        space: 90,
        incrs: TIME_STEPS,
        values: (plot, splits) => splits.map((at) => now.current.tickText(at, plot.scales.x!.max! - plot.scales.x!.min!)),
      },
      {
        size: AXIS_WIDTH,
        stroke: palette.muted,
        font: "11px Inter, sans-serif",
        grid: { stroke: palette.grid, width: 1 },
        ticks,
        space: 32,
        values: (_, splits) => splits.map(tickNumber(splits)),
      },
    ],
    series: [
      {},
      edge,
      edge,
      edge,
      edge,
      { stroke: palette.baseline, width: 1.5, dash: [2, 4], points: { show: false } },
      { stroke: palette.baseline, width: 1, dash: [6, 4], points: { show: false } },
      { stroke: palette.mean, width: 2, points: { show: false } },
      { stroke: palette.truth, width: 1.5, points: { show: false } },
    ],
    bands: [
      { series: [1, 2], fill: palette.outer },
      { series: [3, 4], fill: palette.inner },
    ],
    hooks: {
      drawClear: [(plot) => paintBands(plot, now.current.bands, palette)],
      draw: [
        (plot) => {
          paintMarks(plot, now.current.marks ?? [], palette);
          const ahead = now.current.series.forecast;
          if (ahead) paintOrigin(plot, ahead.origin, now.current.originText, palette);
        },
      ],
      setCursor: [(plot) => now.current.onCursor(now.current.joined, plot.cursor.idx ?? null)],
    },
  };
}

/** Room above and below; a flat line gets a scale that does not blow up its rounding. */
function yRange(_: uPlot, low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  const span = Math.max(high - low, Math.max(Math.abs(low), Math.abs(high)) * 1e-3, 1e-12);
  const middle = (low + high) / 2;
  return [middle - span * 0.58, middle + span * 0.58];
}

const tickNumber = (splits: number[]) => {
  const step = splits.length > 1 ? Math.abs(splits[1]! - splits[0]!) : 1;
  const decimals = Math.min(8, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  return (value: number) => {
    const size = Math.abs(value);
    if (size >= 1e5) return value.toExponential(1).replace("e+", "e");
    return value.toFixed(decimals).replace("-", "−");
  };
};
