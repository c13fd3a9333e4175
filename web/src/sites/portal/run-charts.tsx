import { useMemo } from "react";

import type { PredictDocument } from "@/data/types";
import { formatLead, formatLeadTick } from "@/kit/format";
import { LineLegend } from "@/kit/line-legend";
import type { Band, Series } from "@/kit/series";
import { SeriesFigure, type TimeWords } from "@/kit/series-figure";
import { useUrlSet } from "@/kit/url-state";

import { ChannelChooser } from "./channel-chooser";

const SHOWN_AT_FIRST = 4;
const NO_BANDS: Band[] = [];

const leadWords: TimeWords = {
  column: "seconds after the last reading",
  tick: formatLeadTick,
  cell: (time) => time,
  cursor: formatLead,
};

function seriesOf(run: PredictDocument, name: string): Series {
  const seen = run.preview.kind === "series" ? run.preview : null;
  const values = run.forecast.values[name];
  return {
    name,
    unit: run.forecast.units[name] ?? run.input.units[name] ?? "",
    times: seen?.times ?? [],
    observed: seen?.values[name] ?? [],
    forecast: values ? { origin: 0, times: run.forecast.lead_times, values } : null,
  };
}

/** Each variable's past and forecast; for fields the mean over the grid. */
export function RunCharts({ run }: { run: PredictDocument }) {
  const [chosen, choose] = useUrlSet("channels");
  const [tables, setTables] = useUrlSet("table");
  const variables = run.forecast.variables;
  const names = chosen ?? variables.slice(0, SHOWN_AT_FIRST);
  const shown = variables.filter((name) => names.includes(name));
  const series = useMemo(() => new Map(variables.map((name) => [name, seriesOf(run, name)])), [run, variables]);
  const range = useMemo<[number, number]>(() => {
    const past = run.preview.kind === "series" ? (run.preview.times[0] ?? 0) : 0;
    return [Math.min(past, 0), Math.max(run.forecast.lead_times.at(-1) ?? 1, 0)];
  }, [run]);
  const open = tables ?? [];
  const overGrid = run.preview.kind === "maps";
  return (
    <div className="stack-small">
      {variables.length > 1 && (
        <div className="no-print">
          <ChannelChooser channels={variables.map((name) => ({ name, title: name }))} chosen={names} onChoose={choose} />
        </div>
      )}
      {shown.map((name, at) => (
        <SeriesFigure
          key={name}
          title={overGrid ? `Mean ${name} over the grid` : name}
          series={series.get(name)!}
          range={range}
          bands={NO_BANDS}
          syncKey={run.trace_id}
          showAxis={at === shown.length - 1}
          words={leadWords}
          originText={at === 0 ? "last reading" : ""}
          tableOpen={open.includes(name)}
          onTable={(on) => setTables(on ? [...open, name] : open.filter((each) => each !== name))}
          height={shown.length === 1 ? 220 : 128}
        />
      ))}
      <LineLegend target={run.forecast.coverage_target} times="times count from the last reading" seasonal={shown.some((name) => run.forecast.values[name]?.seasonal_naive)} />
    </div>
  );
}
