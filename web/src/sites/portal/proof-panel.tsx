import { Link } from "react-router";

import { proofUrl } from "@/data/client";
import type { CheckDocument, ProofDocument } from "@/data/types";
import { CopyButton } from "@/kit/copy-button";
import { formatNumber, formatPercent } from "@/kit/format";
import { Glyph } from "@/kit/glyph";
import { Hint } from "@/kit/hint";
import type { Shape } from "@/kit/regimes";

import "./proof-panel.css";

type Words = { name: string; means: string };

const words: Record<CheckDocument["name"], Words> = {
  conservation: { name: "Balance", means: "What flows in, flows out and is stored adds up in every step." },
  entropy: { name: "Direction", means: "Change runs only the way nature allows, such as heat from hot to cold." },
  spectrum: { name: "Energy by size", means: "Coarse and fine detail keep their share: nothing smeared, nothing invented." },
  continuity: { name: "No sudden jump", means: "No step is larger than the steps seen before it." },
  smoothness: { name: "No ragged edge", means: "Slopes stay within what this kind of system shows." },
};

const looks: Record<CheckDocument["verdict"], { shape: Shape; word: string; colour: string }> = {
  failed: { shape: "cross", word: "failed", colour: "var(--failed)" },
  passed: { shape: "check", word: "passed", colour: "var(--passed)" },
  "not applicable": { shape: "dash", word: "does not apply", colour: "var(--neutral)" },
};
const order = Object.keys(looks);

/** Failed checks first, those that do not apply last. */
export const sortChecks = (checks: readonly CheckDocument[]) =>
  checks.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));

type Props = {
  proof: ProofDocument;
  /** Rows of one height, so that a new proof never moves what is being read. */
  compact?: boolean;
};

/** The five checks with their numbers, the proof's id and the way to verify it. */
export function ProofPanel({ proof, compact = false }: Props) {
  const failed = proof.checks.filter((check) => check.verdict === "failed").length;
  const look = proof.passed ? looks.passed : failed > 0 ? looks.failed : looks["not applicable"];
  return (
    <section className="stack-small proof" aria-labelledby={`proof-${proof.id}`}>
      <div className="row between">
        <div className="titled">
          <h3 id={`proof-${proof.id}`}>Proof</h3>
          <Hint about="the proof">
            A signed record that holds the forecast against laws of physics. Passing shows that the forecast is lawful, not that
            it is right; whether it was right is added once the outcome is known.
          </Hint>
        </div>
        <span className="badge">
          <Glyph shape={look.shape} colour={look.colour} />
          {proof.passed ? "lawful" : failed > 0 ? `${failed} of ${proof.checks.length} failed` : "not proven"}
        </span>
      </div>
      {compact && <p className="small proof-note">{firstNote(proof)}</p>}
      <ul className="checks">
        {sortChecks(proof.checks).map((check) => (
          <CheckRow key={check.name} check={check} compact={compact} />
        ))}
      </ul>
      {proof.copied && (
        <p className="notice">The forecast only repeats an observed frame. It is marked as a copy and earns nothing.</p>
      )}
      <div className="row small proof-id">
        <code title={proof.id}>{proof.id}</code>
        <CopyButton text={proof.id} label="Copy the proof id" />
      </div>
      <div className="row no-print">
        <a className="button" href={proofUrl(proof.id)} download={`${proof.id}.json`}>
          Download proof.json
        </a>
        <Link className="button" to={`/verify/${encodeURIComponent(proof.id)}`}>
          Verify
        </Link>
      </div>
    </section>
  );
}

const quoted = (note: string) => note.replaceAll(/`([^`]*)`/g, "“$1”");

function firstNote({ checks }: ProofDocument): string {
  const failed = checks.find((check) => check.verdict === "failed");
  return failed ? quoted(failed.note) : "Every check that applies to this plant holds for the newest forecast.";
}

function CheckRow({ check, compact }: { check: CheckDocument; compact: boolean }) {
  const look = looks[check.verdict];
  const { name, means } = words[check.name];
  return (
    <li className={`check-row${compact ? " compact" : ""}`}>
      <div className="check-verdict" title={look.word}>
        <Glyph shape={look.shape} colour={look.colour} />
      </div>
      <div className="check-body">
        <p className="row between check-line">
          <span>
            <strong>{name}</strong>
            {compact && (
              <Hint about={name}>
                {means} {check.verdict === "passed" && quoted(check.note)}
              </Hint>
            )}
          </span>
          <span className="check-word" style={{ color: look.colour }}>
            {look.word}
          </span>
        </p>
        {!compact && <p className="small muted">{means}</p>}
        {check.value !== null && check.threshold !== null && (
          <>
            <MarginBar margin={check.margin} colour={look.colour} />
            <p className="small num check-numbers">
              <span title={String(check.value)}>{formatNumber(check.value)}</span>
              <span className="muted" title={String(check.threshold)}>
                {" "}
                limit {formatNumber(check.threshold)}
              </span>
              {check.margin !== null && <span className="muted"> · {marginWords(check.margin)}</span>}
            </p>
          </>
        )}
        {check.note && !(compact && check.value !== null) && <p className="small">{quoted(check.note)}</p>}
      </div>
    </li>
  );
}

const marginWords = (margin: number) =>
  margin >= 0 ? `${formatPercent(margin, 3)} to spare` : `${formatPercent(-margin, 3)} beyond the limit`;

/** Right of the mark is safe, left of it is beyond the limit. */
function MarginBar({ margin, colour }: { margin: number | null; colour: string }) {
  if (margin === null) return null;
  const share = Math.min(1, Math.abs(margin)) * 50;
  return (
    <div className="margin-bar" aria-hidden="true">
      <i style={{ width: `${share}%`, [margin >= 0 ? "left" : "right"]: "50%", background: colour }} />
    </div>
  );
}
