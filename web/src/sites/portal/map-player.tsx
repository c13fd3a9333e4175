import { useEffect, useMemo, useRef, useState } from "react";

import type { MapPreview } from "@/data/types";
import { ChartFigure } from "@/kit/chart-figure";
import { resolveColours } from "@/kit/colours";
import { type Sheet, savePng } from "@/kit/export";
import { formatLead, formatQuantity, prettyUnit } from "@/kit/format";
import { MapCanvas, type MapCanvasHandle, type Spot } from "@/kit/map-canvas";
import { useUrlValue } from "@/kit/url-state";

import { type Pane, type View, extent, leadsOf, panesOf, standing } from "./map-panes";

const PLAY_MS = 400;

/** A field's forecast, frame by frame: ahead, or a past one beside the truth and its error. */
export function MapPlayer({ preview }: { preview: MapPreview }) {
  const [text, setText] = useUrlValue("frame");
  const [table, setTable] = useUrlValue("map");
  const [asked, setAsked] = useUrlValue("view");
  const [playing, setPlaying] = useState(false);
  const [spot, setSpot] = useState<Spot | null>(null);
  const canvases = useRef<(MapCanvasHandle | null)[]>([]);
  const view: View = asked === "past" && preview.replay ? "past" : "ahead";
  const leads = leadsOf(preview, view);
  const count = leads.length;
  const wanted = Number(text);
  const frame = Number.isInteger(wanted) && wanted >= 1 && wanted <= count ? wanted : 1;
  const panesAt = useMemo(() => panesOf(preview, view), [preview, view]);
  const panes = panesAt(frame);

  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => setText(String((frame % count) + 1), { replace: true }), PLAY_MS);
    return () => clearInterval(timer);
  }, [playing, frame, count, setText]);

  const lead = leads[frame - 1];
  const when = lead === undefined ? "no forecast frame" : `${formatLead(lead)}, frame ${frame} of ${count}`;
  const [low, high] = extent([panes[1]?.values ?? preview.observed]).map((value) => formatQuantity(value, preview.unit));
  const summary = `${preview.variable}: ${when}, ${standing(preview, view)}; ${low} to ${high} over ${preview.shape[0]} × ${preview.shape[1]} cells.`;
  const onPng = () => {
    const drawn = canvases.current.flatMap((each) => each?.canvas() ?? []);
    savePng(`${preview.variable}-${frame}`, `${preview.variable} [${prettyUnit(preview.unit)}], ${when}`, drawn, resolveColours({ ground: "var(--surface)", text: "var(--text)" }));
  };
  return (
    <ChartFigure
      name={preview.variable}
      title={
        <>
          {preview.variable} <span className="unit small">{prettyUnit(preview.unit)}</span>
        </>
      }
      readout={preview.replay ? <ViewChoice view={view} onChoose={(next) => setAsked(next === "past" ? "past" : null)} /> : undefined}
      summary={summary}
      sheet={() => mapSheet(preview, panes)}
      onPng={onPng}
      tableOpen={table === "table"}
      onTable={(on) => setTable(on ? "table" : null)}
    >
      <div className="map-pair">
        {panes.map((pane, at) => (
          <MapCanvas
            key={pane.label}
            ref={(handle) => {
              canvases.current[at] = handle;
            }}
            label={pane.label}
            values={pane.values}
            range={pane.range}
            map={pane.map}
            shape={preview.shape}
            unit={preview.unit}
            spot={spot}
            onSpot={setSpot}
            absent={pane.absent}
          />
        ))}
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
        {probe(spot, preview, panes)}
      </p>
    </ChartFigure>
  );
}

function ViewChoice({ view, onChoose }: { view: View; onChoose: (view: View) => void }) {
  const choice = (value: View, words: string) => (
    <button type="button" className="ghost" aria-pressed={view === value} onClick={() => onChoose(value)}>
      {words}
    </button>
  );
  return (
    <span className="row no-print" role="group" aria-label="Which forecast">
      {choice("ahead", "Ahead")}
      {choice("past", "How the last one fared")}
    </span>
  );
}

function probe(spot: Spot | null, preview: MapPreview, panes: readonly Pane[]): string {
  if (!spot) return "Point at a cell, or focus a map and use the arrow keys, to read its value.";
  const at = spot.row * preview.shape[1] + spot.column;
  const read = panes.flatMap(({ column, values }) => (values ? [`${column} ${formatQuantity(values[at], preview.unit)}`] : []));
  return `Row ${spot.row}, column ${spot.column}: ${read.join("; ")}`;
}

/** One frame, a row per cell. */
function mapSheet(preview: MapPreview, panes: readonly Pane[]): Sheet {
  const [rows, columns] = preview.shape;
  const unit = preview.unit ? ` [${preview.unit}]` : "";
  return {
    columns: ["row", "column", ...panes.map(({ column }) => `${column}${unit}`)],
    rows: Array.from({ length: rows * columns }, (_, at) => [
      Math.floor(at / columns),
      at % columns,
      ...panes.map(({ values }) => values?.[at] ?? null),
    ]),
  };
}
