import { useMemo } from "react";

import type { KeptRegimes } from "@/data/types";
import { formatMoment, formatNumber } from "@/kit/format";
import { Glyph } from "@/kit/glyph";
import { Hint } from "@/kit/hint";
import { RegimeBadge, RegimeLegend } from "@/kit/regime-strip";
import { EvidenceList, MarkLegend, RegimeTimeline, timelineItems } from "@/kit/regime-timeline";
import { SeriesFigure } from "@/kit/series-figure";
import { useUrlSet, useUrlValue, useZone } from "@/kit/url-state";

import { ChannelChooser } from "./channel-chooser";
import { marksOf, rangeOf, seriesOf, stretchesOf, summaryOf, wordsOf } from "./regime-model";

const SHOWN_AT_FIRST = 4;
const RISKS = { low: ["disc", "stable"], medium: ["diamond", "transitional"], high: ["cross", "anomalous"] } as const;
const ACTIONS = {
  proceed: "Go on as it is.",
  monitor: "Keep an eye on it.",
  investigate: "Look into it.",
  alert: "Tell whoever is in charge.",
  defer: "Wait: too little was seen.",
};

/** The whole answer to one followed record. */
export function RegimeResult({ record }: { record: KeptRegimes }) {
  const [zone] = useZone();
  const probability = record.regime.probabilities[record.regime.label];
  return (
    <article className="stack">
      <title>{`Regimes of ${record.input.name} · Industriverse`}</title>
      <header className="run-head">
        <h1>{record.input.name}</h1>
        <div className="row">
          <RegimeBadge
            label={record.regime.label}
            confirmed={record.regime.confirmed}
            probability={record.regime.label === "initializing" ? undefined : probability}
            evidence={record.regime.evidence}
          />
          <RiskBadge record={record} />
          <span className="muted small">followed {formatMoment(Date.parse(record.created) / 1000, zone)}</span>
        </div>
        <p className="muted">{sentence(record)}</p>
        {record.input.warnings.length > 0 && (
          <div className="notice">
            <ul className="plain">
              {record.input.warnings.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
            </ul>
          </div>
        )}
      </header>
      <Timeline record={record} />
    </article>
  );
}

const many = (count: number, one: string, several: string) => (count === 1 ? `one ${one}` : `${count || "no"} ${several}`);

function sentence(record: KeptRegimes): string {
  const found = `${many(record.change_points.length, "change", "changes")} and ${many(record.anomalies.length, "anomaly", "anomalies")}`;
  return `${formatNumber(record.n)} samples: ${found}, at a rate of at most one false alarm in ${formatNumber(1 / record.false_alarms)} samples. ${ACTIONS[record.recommended_action]}`;
}

function RiskBadge({ record }: { record: KeptRegimes }) {
  const [shape, colour] = RISKS[record.risk_level];
  return (
    <span className="row regime-badge">
      <span className="badge">
        <Glyph shape={shape} colour={`var(--regime-${colour})`} />
        {record.risk_level} risk: {record.recommended_action}
      </span>
      <Hint about="the risk">
        High just after a change or an anomaly, and in chaotic, anomalous or phase-change regimes; low only where the newest regime is
        surely stable.
      </Hint>
    </span>
  );
}

function Timeline({ record }: { record: KeptRegimes }) {
  const [zone] = useZone();
  const [at, choose] = useUrlValue("at");
  const words = useMemo(() => wordsOf(record, zone), [record, zone]);
  const range = useMemo(() => rangeOf(record), [record]);
  const bands = useMemo(() => stretchesOf(record), [record]);
  const marks = useMemo(() => marksOf(record), [record]);
  const items = useMemo(() => timelineItems(bands, marks, words.cursor), [bands, marks, words]);
  const onChoose = (id: string) => choose(id, { replace: true });
  return (
    <div className="live-grid">
      <section className="stack-small" aria-labelledby="timeline-title">
        <h2 id="timeline-title">Timeline</h2>
        <RegimeTimeline items={items} range={range} chosen={at} onChoose={onChoose} />
        <Charts record={record} shared={{ words, range, bands, marks }} />
        <RegimeLegend />
        <MarkLegend />
      </section>
      <section className="stack-small" aria-labelledby="evidence-title">
        <h2 id="evidence-title">Evidence</h2>
        <EvidenceList items={items} chosen={at} onChoose={onChoose} label="Regimes, changes and anomalies, in order of time" />
      </section>
    </div>
  );
}

type Shared = Pick<Parameters<typeof SeriesFigure>[0], "words" | "range" | "bands"> & { marks: ReturnType<typeof marksOf> };

function Charts({ record, shared }: { record: KeptRegimes; shared: Shared }) {
  const [chosen, choose] = useUrlSet("channels");
  const [tables, setTables] = useUrlSet("table");
  const variables = record.input.variables;
  const names = chosen ?? variables.slice(0, SHOWN_AT_FIRST);
  const shown = variables.filter((name) => names.includes(name));
  const series = useMemo(() => new Map(variables.map((name) => [name, seriesOf(record, name)])), [record, variables]);
  const open = tables ?? [];
  return (
    <>
      {variables.length > 1 && (
        <div className="no-print">
          <ChannelChooser channels={variables.map((name) => ({ name, title: name }))} chosen={names} onChoose={choose} />
        </div>
      )}
      {shown.map((name, at) => (
        <SeriesFigure
          key={name}
          {...shared}
          title={name}
          series={series.get(name)!}
          summary={summaryOf(series.get(name)!, record)}
          syncKey={record.id}
          showAxis={at === shown.length - 1}
          originText=""
          tableOpen={open.includes(name)}
          onTable={(on) => setTables(on ? [...open, name] : open.filter((each) => each !== name))}
          height={shown.length === 1 ? 220 : 128}
        />
      ))}
      {shown.length === 0 && <p className="empty">No channel is chosen. Tick one under “Channels”.</p>}
    </>
  );
}
