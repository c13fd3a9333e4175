import type { ReceiptDocument } from "@/data/types";
import { quantity } from "@/data/units";
import { formatNumber, formatQuantity, formatUncertain } from "@/kit/format";
import { Hint } from "@/kit/hint";
import { QuantityText } from "@/kit/quantity-text";

import "./receipt-panel.css";

type Props = { receipt: ReceiptDocument; timing: Record<string, number>; open?: boolean };

const stageWords: Record<string, string> = {
  read: "Read the input",
  annotate: "Energy reading",
  embed: "Find known states",
  regime: "Name the regime",
  forecast: "Forecast",
  calibrate: "Set the intervals",
  prove: "Check and sign",
  bill: "Bill",
  write: "Write the files",
};

/** What the forecast cost, in joules and in CEU, and where the time went. */
export function ReceiptPanel({ receipt, timing, open = false }: Props) {
  return (
    <section className="stack-small" aria-labelledby={`receipt-${receipt.id}`}>
      <h3 id={`receipt-${receipt.id}`}>Energy spent</h3>
      <p className="receipt-figure" title={`${receipt.joules} ± ${receipt.joules_uncertainty} J`}>
        <span className="num">{formatUncertain(quantity(receipt.joules, "J"), quantity(receipt.joules_uncertainty, "J"), "J")}</span>
      </p>
      <dl className="facts">
        <dt className="row">
          Price{" "}
          <Hint about="CEU">
            Compute energy unit: one CEU pays for one joule of computing at multiplier 1. The multiplier follows the regime, from
            0.8 to 1.5.
          </Hint>
        </dt>
        <dd className="num" title={`${receipt.micro_ceu} micro-CEU`}>
          {formatNumber(receipt.ceu)}
          <span className="unit">{"\u2009"}CEU</span> <span className="muted">at × {formatNumber(receipt.multiplier)}</span>
        </dd>
        <dt>How measured</dt>
        <dd>{receipt.method}</dd>
      </dl>
      <StageTable joules={receipt.joules} timing={timing} open={open} />
    </section>
  );
}

type StageProps = { joules: number; timing: Record<string, number>; open: boolean };

/** Time is measured per stage; energy is shared out by it. */
function StageTable({ joules, timing, open }: StageProps) {
  const stages = Object.entries(timing).filter(([name]) => name !== "total");
  const total = stages.reduce((sum, [, ms]) => sum + ms, 0);
  const longest = Math.max(...stages.map(([, ms]) => ms), 1e-9);
  if (stages.length === 0) return null;
  return (
    <details open={open} className="options">
      <summary>
        Where it went: {stages.length} stages, {formatQuantity(total / 1000, "s", 3)}
      </summary>
      <table className="stages">
        <caption className="visually-hidden">Time and share of energy per stage</caption>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col" className="num">
              Time
            </th>
            <th scope="col" className="num">
              Energy by time
            </th>
          </tr>
        </thead>
        <tbody>
          {stages.map(([name, ms]) => (
            <tr key={name}>
              <th scope="row">
                {stageWords[name] ?? name}
                <i className="stage-bar" style={{ width: `${(ms / longest) * 100}%` }} aria-hidden="true" />
              </th>
              <td className="num">
                <QuantityText value={ms / 1000} unit="s" digits={3} />
              </td>
              <td className="num">{total > 0 ? formatQuantity((joules * ms) / total, "J", 2) : "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
