import { useEffect, useMemo, useRef, useState } from "react";

import type { MapPreview } from "@/data/types";
import { ChartFigure } from "@/kit/chart-figure";
import { resolveColours } from "@/kit/colours";
import { type Sheet, savePng } from "@/kit/export";
import { formatLead, formatQuantity, prettyUnit } from "@/kit/format";
import { MapCanvas, type MapCanvasHandle, type Spot } from "@/kit/map-canvas";
import { useUrlValue } from "@/kit/url-state";

const PLAY_MS = 400;

type Values = readonly (number | null)[];

function extent(columns: readonly Values[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const column of columns)
    for (const value of column)
      if (value !== null) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
  return low <= high ? [low, high] : [0, 1];
}

/** The observed map and each forecast one, mean and half-width side by side. */
export function MapPlayer({ preview }: { preview: MapPreview }) {
  const [text, setText] = useUrlValue("frame");
  const [table, setTable] = useUrlValue("map");
  const [playing, setPlaying] = useState(false);
  const [spot, setSpot] = useState<Spot | null>(null);
  const seen = useRef<MapCanvasHandle>(null);
  const mean = useRef<MapCanvasHandle>(null);
  const width = useRef<MapCanvasHandle>(null);
  const count = preview.frames.length;
  const asked = Number(text);
  const frame = Number.isInteger(asked) && asked >= 1 && asked <= count ? asked : 1;
  const range = useMemo(() => extent([preview.observed, ...preview.frames.map((each) => each.mean)]), [preview]);
  const widthRange = useMemo<[number, number]>(() => [0, extent(preview.frames.map((each) => each.half_width))[1]], [preview]);

  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => setText(String((frame % count) + 1), { replace: true }), PLAY_MS);
    return () => clearInterval(timer);
  }, [playing, frame, count, setText]);

  const current = preview.frames[frame - 1];
  const values = current?.mean ?? preview.observed;
  const when = current ? `${formatLead(current.lead_s)}, frame ${frame} of ${count}` : "no forecast frame";
  const quantity = (value: number | null | undefined) => formatQuantity(value, preview.unit);
  const summary = `${preview.variable}: ${when}; ${quantity(extent([values])[0])} to ${quantity(extent([values])[1])} over ${preview.shape[0]} × ${preview.shape[1]} cells.`;
  const sheet = (): Sheet => mapSheet(preview, frame);
  const onPng = () => {
    const canvases = [seen.current?.canvas(), mean.current?.canvas(), width.current?.canvas()].filter((each) => each !== null && each !== undefined);
    savePng(`${preview.variable}-${frame}`, `${preview.variable} [${prettyUnit(preview.unit)}], ${when}`, canvases, resolveColours({ ground: "var(--surface)", text: "var(--text)" }));
  };
  const shared = { shape: preview.shape, unit: preview.unit, spot, onSpot: setSpot, absent: "No forecast frame." };
  return (
    <ChartFigure
      name={preview.variable}
      title={
        <>
          {preview.variable} <span className="unit small">{prettyUnit(preview.unit)}</span>
        </>
      }
      summary={summary}
      sheet={sheet}
      onPng={onPng}
      tableOpen={table === "table"}
      onTable={(on) => setTable(on ? "table" : null)}
    >
      <div className="map-pair">
        <MapCanvas {...shared} ref={seen} label="Last observed" values={preview.observed} range={range} map="magma" />
        <MapCanvas {...shared} ref={mean} label="Forecast, mean" values={current?.mean ?? null} range={range} map="magma" />
        <MapCanvas {...shared} ref={width} label="± half-width of the interval" values={current?.half_width ?? null} range={widthRange} map="cividis" />
      </div>
      <div className="row map-controls no-print">
        <button type="button" className="button pause" aria-pressed={playing} onClick={() => setPlaying(!playing)}>
          {playing ? "Stop" : "Play"}
        </button>
        <label className="map-slider">
          <span className="visually-hidden">Frame</span>
          <input
            type="range"
            min={1}
            max={count}
            value={frame}
            aria-valuetext={when}
            onChange={(event) => {
              setPlaying(false);
              setText(event.target.value, { replace: true });
            }}
          />
        </label>
        <span className="num small map-when">{when}</span>
      </div>
      <p className="small map-probe" role="status">
        {probe(spot, preview, current)}
      </p>
    </ChartFigure>
  );
}

function probe(spot: Spot | null, preview: MapPreview, current: MapPreview["frames"][number] | undefined): string {
  if (!spot) return "Point at a cell, or focus a map and use the arrow keys, to read its value.";
  const at = spot.row * preview.shape[1] + spot.column;
  const quantity = (value: number | null | undefined) => formatQuantity(value, preview.unit);
  const ahead = current ? `; forecast ${quantity(current.mean[at])} ± ${quantity(current.half_width[at])}` : "";
  return `Row ${spot.row}, column ${spot.column}: last observed ${quantity(preview.observed[at])}${ahead}`;
}

/** One frame, a row per cell. */
function mapSheet(preview: MapPreview, frame: number): Sheet {
  const [rows, columns] = preview.shape;
  const unit = preview.unit ? ` [${preview.unit}]` : "";
  const current = preview.frames[frame - 1];
  return {
    columns: ["row", "column", `last observed${unit}`, `forecast mean${unit}`, `half-width${unit}`],
    rows: Array.from({ length: rows * columns }, (_, at) => [
      Math.floor(at / columns),
      at % columns,
      preview.observed[at] ?? null,
      current?.mean[at] ?? null,
      current?.half_width[at] ?? null,
    ]),
  };
}
