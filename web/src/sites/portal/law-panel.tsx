import type { LawDocument } from "@/data/types";
import { CopyButton } from "@/kit/copy-button";
import { formatNumber } from "@/kit/format";
import { Hint } from "@/kit/hint";

import "./law-panel.css";

/** The governing equations found in a field's frames, or why there is none. */
export function LawPanel({ laws }: { laws: readonly LawDocument[] }) {
  if (laws.length === 0) return null;
  return (
    <section className="stack-small" aria-labelledby="law-title">
      <div className="titled">
        <h2 id="law-title">The law in the frames</h2>
        <Hint about="the law">
          A few frames from before the scored forecasts are searched for the equation that turns each into the next, of some forty kinds of
          terms. Where one fits, solving it is one of the forecasters; its weight says how far it is used.
        </Hint>
      </div>
      {laws.map((law) => (
        <Finding key={law.variables.join()} law={law} />
      ))}
    </section>
  );
}

function Finding({ law }: { law: LawDocument }) {
  const none = !law.found && (
    <p className="muted">
      <strong>No law for {law.variables.join(", ")}.</strong> {law.reason}
      {law.terms.length > 0 && " The nearest equation, which leaves too much to be a law, is one of the forecasters:"}
    </p>
  );
  if (none && law.terms.length === 0) return none;
  return (
    <div className="stack-small">
      {none}
      {law.variables.map((name) => (
        <p key={name} className="equation">
          {equation(law, name)}
        </p>
      ))}
      <p className="muted small">
        {law.found ? "Found in" : "From"} {law.frames} frames{law.misfit === null ? "" : `; it leaves ${formatNumber(law.misfit, 2)} of what it is to explain`}.{" "}
        <CopyButton text={law.latex} label="Copy the law as LaTeX" shown="Copy LaTeX" />
      </p>
      <TermTable law={law} />
    </div>
  );
}

function equation(law: LawDocument, name: string): string {
  const terms = law.terms.filter((term) => term.channel === name);
  const parts = terms.map(({ coefficient, name: what }, at) => {
    const sign = coefficient < 0 ? "−" : at === 0 ? "" : "+";
    return `${sign}${at === 0 ? "" : " "}${formatNumber(Math.abs(coefficient))}${what === "1" ? "" : ` ${what}`}`;
  });
  return `∂${name}/∂t = ${parts.join(" ") || "0"}`;
}

function TermTable({ law }: { law: LawDocument }) {
  return (
    <div className="law-scroll" tabIndex={0} role="region" aria-label="Terms of the law">
      <table className="law-terms">
        <caption className="visually-hidden">Terms of the law</caption>
        <thead>
          <tr>
            <th scope="col">Changes</th>
            <th scope="col">By</th>
            <th scope="col" className="num">
              Coefficient
            </th>
            <th scope="col" className="num">
              ± twice its standard error
            </th>
            <th scope="col">Unit</th>
          </tr>
        </thead>
        <tbody>
          {law.terms.map((term) => (
            <tr key={`${term.channel} ${term.name}`}>
              <td>{term.channel}</td>
              <th scope="row">{term.about}</th>
              <td className="num" title={String(term.coefficient)}>
                {formatNumber(term.coefficient)}
              </td>
              <td className="num" title={String(2 * term.standard_error)}>
                {formatNumber(2 * term.standard_error, 2)}
              </td>
              <td className="unit">{term.unit}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
