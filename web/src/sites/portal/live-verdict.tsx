import type { StreamView } from "@/data/stream-log";
import { formatNumber, formatPercent } from "@/kit/format";
import { Hint } from "@/kit/hint";
import { RegimeBadge } from "@/kit/regime-strip";

import { LiveChanges } from "./live-marks";
import { ProofPanel } from "./proof-panel";
import { ReceiptPanel } from "./receipt-panel";

/** Regime, proof and bill of the newest forecast. */
export function LiveVerdict({ view }: { view: StreamView }) {
  const document = view.prediction?.document;
  const regime = view.regimes.at(-1);
  return (
    <div className="stack verdict">
      <section className="stack-small" aria-labelledby="regime-now">
        <h3 id="regime-now">Regime now</h3>
        {regime ? (
          <RegimeBadge label={regime.label} confirmed={regime.confirmed} evidence={regime.evidence} />
        ) : (
          <p className="muted">Not named yet: the first readings are still coming in.</p>
        )}
      </section>
      {view.trouble && (
        <p className="notice" role="status">
          <span>
            <strong>The newest forecast could not be made.</strong> {view.trouble.detail} The readings go on; the one before is
            shown.
          </span>
        </p>
      )}
      {document ? (
        <>
          {document.abstained && (
            <p className="notice">
              <span>
                <strong>No forecast of our own.</strong> {document.reason} The baseline is shown instead.
              </span>
            </p>
          )}
          <ProofPanel proof={document.proof} compact />
          <ReceiptPanel receipt={document.receipt} timing={document.timing_ms} />
        </>
      ) : (
        <p className="muted">The first forecast is made when enough readings have arrived.</p>
      )}
      {view.settled && (
        <section className="stack-small" aria-labelledby="settled-title">
          <div className="titled">
            <h3 id="settled-title">Last forecast held against what came</h3>
            <Hint about="skill and coverage">
              Skill is the share of the baseline’s error that the forecast avoided: above zero is better than holding the last
              value. Coverage is how often the 90 % interval held the reading; 90 % is right.
            </Hint>
          </div>
          <dl className="facts">
            <dt>Skill over baseline</dt>
            <dd className="num">{formatNumber(view.settled.skill, 3)}</dd>
            <dt>Coverage</dt>
            <dd className="num">{formatPercent(view.settled.coverage)}</dd>
          </dl>
        </section>
      )}
      <LiveChanges view={view} />
    </div>
  );
}
