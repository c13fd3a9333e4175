import { useEffect, useMemo } from "react";

import type { StreamView } from "@/data/stream-log";
import { formatClock, formatMoment, type Zone } from "@/kit/format";
import { LineLegend } from "@/kit/line-legend";
import { RegimeLegend, RegimeStrip } from "@/kit/regime-strip";
import { MarkLegend } from "@/kit/regime-timeline";
import type { Band, Series } from "@/kit/series";
import { SeriesFigure, type TimeWords } from "@/kit/series-figure";
import { onShortcut } from "@/kit/shortcuts";
import { useUrlSet, useUrlValue, useZone } from "@/kit/url-state";

import { ChannelChooser } from "./channel-chooser";
import { liveMarks } from "./live-marks";

type Props = { view: StreamView; paused: boolean; onPaused: (paused: boolean) => void };

const SHOWN_AT_FIRST = 4;
const WINDOWS = [
  { samples: 120, value: "120" },
  { samples: 300, value: "300" },
  { samples: 900, value: "900" },
  { samples: 3600, value: "3600" },
];

const clockWords = (zone: Zone): TimeWords => ({
  column: zone === "utc" ? "time (UTC)" : "time (local)",
  tick: (time, span) => formatClock(time, zone, span < 1800),
  cell: (time) => (zone === "utc" ? new Date(time * 1000).toISOString() : formatMoment(time, zone)),
  cursor: (time) => formatClock(time, zone),
});

const word = (samples: number, stepS: number) => {
  const seconds = samples * stepS;
  return seconds < 120 ? `${Math.round(seconds)} s` : seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
};

/** Start of the window and end of the forecast, shared by all charts. */
function timeRange(view: StreamView, samples: number): [number, number] {
  const end = view.times.at(-1) ?? Date.now() / 1000;
  const ahead = forecastTimes(view).at(-1) ?? end;
  return [end - samples * view.stepS, Math.max(end, ahead)];
}

function forecastTimes(view: StreamView): number[] {
  if (!view.prediction) return [];
  const origin = Date.parse(view.prediction.time) / 1000;
  return view.prediction.document.forecast.lead_times.map((lead) => origin + lead);
}

function seriesOf(view: StreamView, name: string, unit: string, from: number): Series {
  const start = Math.max(0, view.times.findIndex((time) => time >= from));
  const values = view.prediction?.document.forecast.values[name];
  const origin = view.prediction ? Date.parse(view.prediction.time) / 1000 : 0;
  return {
    name,
    unit,
    times: view.times.slice(start),
    observed: (view.values[name] ?? []).slice(start),
    forecast: values ? { origin, times: forecastTimes(view), values } : null,
  };
}

function bandsOf(view: StreamView, range: readonly [number, number]): Band[] {
  const end = view.times.at(-1) ?? range[1];
  return view.regimes
    .map((mark, at) => ({ ...mark, to: view.regimes[at + 1]?.from ?? end }))
    .filter((band) => band.to > range[0])
    .map((band) => ({ ...band, from: Math.max(band.from, range[0]) }));
}

/** The channels, one small chart each, under one regime strip and on one time axis. */
export function LiveCharts({ view, paused, onPaused }: Props) {
  const [zone] = useZone();
  const [chosen, choose] = useUrlSet("channels");
  const [tables, setTables] = useUrlSet("table");
  const [windowText, setWindow] = useUrlValue("window");
  const samples = Number(windowText) > 0 ? Math.min(Number(windowText), 7200) : 300;
  const words = useMemo(() => clockWords(zone), [zone]);

  useEffect(() => onShortcut("p", () => onPaused(!paused)), [paused, onPaused]);

  const names = chosen ?? view.channels.slice(0, SHOWN_AT_FIRST).map((channel) => channel.name);
  const shown = view.channels.filter((channel) => names.includes(channel.name));
  const range = useMemo(() => timeRange(view, samples), [view, samples]);
  const bands = useMemo(() => bandsOf(view, range), [view, range]);
  // A listener that came late hears of changes before the first reading that it was sent.
  const marks = useMemo(() => liveMarks(view).filter(({ to }) => to >= Math.max(range[0], view.times[0] ?? range[0])), [view, range]);
  const open = tables ?? [];
  const toggle = (name: string, on: boolean) => {
    if (on) onPaused(true);
    setTables(on ? [...open, name] : open.filter((each) => each !== name));
  };
  return (
    <div className="stack-small live-charts">
      <div className="row between no-print">
        <ChannelChooser channels={view.channels} chosen={names} onChoose={choose} />
        <div className="row">
          <div className="segmented" role="group" aria-label="Time window">
            {WINDOWS.map((each) => (
              <button
                key={each.value}
                type="button"
                aria-pressed={samples === each.samples}
                onClick={() => setWindow(each.samples === 300 ? null : each.value)}
              >
                {word(each.samples, view.stepS)}
              </button>
            ))}
          </div>
          <button type="button" className="button pause" aria-pressed={paused} onClick={() => onPaused(!paused)}>
            {paused ? "Resume" : "Pause"}
          </button>
        </div>
      </div>
      <RegimeStrip bands={bands} range={range} when={(time) => formatMoment(time, zone)} />
      <div className="stack-small">
        {shown.map((channel, at) => (
          <SeriesFigure
            key={channel.name}
            title={channel.title || channel.name}
            series={seriesOf(view, channel.name, channel.unit, range[0])}
            range={range}
            bands={bands}
            marks={marks}
            syncKey="live"
            showAxis={at === shown.length - 1}
            words={words}
            originText={at === 0 && view.prediction ? `forecast from ${formatClock(Date.parse(view.prediction.time) / 1000, zone)}` : ""}
            tableOpen={open.includes(channel.name)}
            onTable={(on) => toggle(channel.name, on)}
            height={124}
          />
        ))}
      </div>
      {shown.length === 0 && <p className="empty">No channel is chosen. Tick one under “Channels”.</p>}
      <LineLegend
        target={view.prediction?.document.forecast.coverage_target ?? 0.9}
        times={zone === "utc" ? "times in UTC" : "times in your zone"}
        seasonal={shown.some(({ name }) => view.prediction?.document.forecast.values[name]?.seasonal_naive)}
      />
      <RegimeLegend />
      <MarkLegend />
    </div>
  );
}
