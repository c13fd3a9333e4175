import { runFileUrl } from "@/data/client";
import type { PredictDocument } from "@/data/types";
import { formatMoment, formatPercent, formatQuantity, prettyUnit } from "@/kit/format";
import { Hint } from "@/kit/hint";
import { QuantityText } from "@/kit/quantity-text";
import { RegimeBadge } from "@/kit/regime-strip";
import { useZone } from "@/kit/url-state";

import { LawPanel } from "./law-panel";
import { MapPlayer } from "./map-player";
import { ProofPanel } from "./proof-panel";
import { ReceiptPanel } from "./receipt-panel";
import { RunCharts } from "./run-charts";
import { SkillTables } from "./skill-tables";

const FILES = [
  { name: "result.json", what: "everything on this page" },
  { name: "forecast.nc", what: "the forecast, for analysis" },
  { name: "proof.json", what: "the signed proof" },
  { name: "plot.png", what: "the picture" },
];

/** The whole answer to one file. */
export function RunResult({ run }: { run: PredictDocument }) {
  const [zone] = useZone();
  const made = formatMoment(Date.parse(run.created) / 1000, zone);
  const probability = run.regime.probabilities[run.regime.label];
  return (
    <article className="stack">
      <title>{`${run.input.name} · Industriverse`}</title>
      <header className="run-head">
        <h1>{run.input.name}</h1>
        <div className="row">
          <RegimeBadge
            label={run.regime.label}
            confirmed={run.regime.confirmed}
            probability={run.regime.label === "initializing" ? undefined : probability}
            evidence={run.regime.evidence}
          />
          <span className="muted small">made {made}</span>
        </div>
        {run.abstained && (
          <p className="notice">
            <span>
              <strong>No forecast of our own was made.</strong> {run.reason} What you see is the baseline.
            </span>
          </p>
        )}
      </header>
      <div className="live-grid">
        <div className="stack">
          <section aria-labelledby="forecast-title" className="stack-small">
            <h2 id="forecast-title">Forecast</h2>
            <p className="muted">{forecastSentence(run)}</p>
            {run.preview.kind === "maps" && <MapPlayer preview={run.preview} />}
            <RunCharts run={run} />
          </section>
          <LawPanel laws={run.forecast.laws} />
          <SkillTables forecast={run.forecast} />
          <InputFacts run={run} />
        </div>
        <div className="stack">
          <ProofPanel proof={run.proof} />
          <ReceiptPanel receipt={run.receipt} timing={run.timing_ms} open />
          <section className="stack-small" aria-labelledby="files-title">
            <h3 id="files-title">Files</h3>
            <ul className="files">
              {FILES.map(({ name, what }) => (
                <li key={name}>
                  <a href={runFileUrl(run.trace_id, name)} download>
                    {name}
                  </a>{" "}
                  <span className="muted small">{what}</span>
                </li>
              ))}
            </ul>
          </section>
        </div>
      </div>
    </article>
  );
}

function forecastSentence({ forecast, input }: PredictDocument): string {
  const leads = forecast.lead_times;
  const reach = formatQuantity(leads.at(-1) ?? 0, "s");
  const kinds = forecast.variables.length === 1 ? `of ${forecast.variables[0]}` : `of ${forecast.variables.length} variables`;
  return `${leads.length} steps of ${formatQuantity(input.step_s, "s")} ${kinds}, ${reach} ahead, by ${forecast.model === "blend" ? "a blend of models" : forecast.model.replaceAll("_", " ")}.`;
}

function InputFacts({ run }: { run: PredictDocument }) {
  const { input, annotation } = run;
  const size = input.kind === "signals" ? `${input.rows ?? input.shape[0]} rows × ${input.variables.length} variable${input.variables.length === 1 ? "" : "s"}` : input.shape.join(" × ");
  return (
    <section className="stack-small" aria-labelledby="input-title">
      <h2 id="input-title">What was read</h2>
      {input.warnings.length > 0 && (
        <div className="notice">
          <ul className="plain">
            {input.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </div>
      )}
      <dl className="facts">
        <dt>Size</dt>
        <dd className="num">{size}</dd>
        <dt>Step</dt>
        <dd>{formatQuantity(input.step_s, "s")}</dd>
        {input.start && (
          <>
            <dt>First sample</dt>
            <dd>{input.start}</dd>
          </>
        )}
        <dt>Variables</dt>
        <dd>{input.variables.map((name) => (input.units[name] ? `${name} [${prettyUnit(input.units[name])}]` : name)).join(", ")}</dd>
        <dt>
          Domain{" "}
          <Hint about="the domain">The kind of physics the data obeys; it decides which balances are checked.</Hint>
        </dt>
        <dd>
          {annotation.domain} <span className="muted">recognised with {formatPercent(annotation.domain_confidence)}</span>
        </dd>
        <dt>
          Energy reading{" "}
          <Hint about="the energy reading">
            The energy the domain’s law sees in the newest part of the data, and how much it changed there.
          </Hint>
        </dt>
        <dd>
          <QuantityText value={annotation.energy} unit={annotation.unit} />, changed by{" "}
          <QuantityText value={annotation.delta_energy} unit={annotation.unit} />
        </dd>
        <dt>Fingerprint</dt>
        <dd>
          <code className="small">sha256 {input.sha256}</code>
        </dd>
      </dl>
    </section>
  );
}
