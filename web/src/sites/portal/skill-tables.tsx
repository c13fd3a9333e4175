import type { ForecastDocument } from "@/data/types";
import { formatLead, formatNumber, formatPercent } from "@/kit/format";
import { Hint } from "@/kit/hint";

const words: Record<string, string> = {
  persistence: "Last value held",
  seasonal_naive: "Same as one season ago",
  climatology: "Long-run mean with the last anomaly",
  climatology_anomaly: "Long-run mean with the last anomaly",
  damped_anomaly: "Anomaly that fades",
  linear_extrapolation: "Straight line onward",
  ridge_autoregression: "Regression on the past",
  joint_autoregression: "Regression on all variables’ past",
  dynamic_modes: "Swinging modes (DMD)",
  law: "The law found, solved",
  nearest_equation: "The nearest equation, solved",
  corrected_equation: "The nearest equation, each step corrected by a network",
  network: "Trained network",
};
const word = (name: string) => words[name] ?? name.replaceAll("_", " ");

/** How good it was on this file's own past, against the simple baselines, and what it is made of. */
export function SkillTables({ forecast }: { forecast: ForecastDocument }) {
  const skill = Object.entries(forecast.skill);
  const weights = Object.entries(forecast.weights).toSorted(([, a], [, b]) => b - a);
  return (
    <section className="stack-small" aria-labelledby="skill-title">
      <div className="titled">
        <h2 id="skill-title">How far to trust it</h2>
        <Hint about="skill">
          Measured on this file’s own past, never seeing the future. Skill is the share of a baseline’s error that the forecast
          avoids: 1 is perfect, 0 no better than the baseline, below 0 worse. The error is the CRPS, which judges the whole
          interval, not only its middle.
        </Hint>
      </div>
      <div className="two-tables">
        <BarTable
          caption="Skill against baselines"
          head={["Baseline", "Skill"]}
          rows={skill.map(([name, value]) => ({ name: word(name), value, text: formatNumber(value, 3) }))}
        />
        <BarTable
          caption="Weight of each model"
          head={["Model", "Weight"]}
          rows={weights.map(([name, value]) => ({ name: word(name), value, text: value > 0 && value < 1e-3 ? "< 0.1\u2009%" : formatPercent(value) }))}
        />
      </div>
      <p className="muted">{coverageSentence(forecast)}</p>
    </section>
  );
}

function coverageSentence({ calibration, coverage_target, lead_times }: ForecastDocument): string {
  const known = calibration.coverage.flatMap((value, at) => (value === null ? [] : [{ value, at }]));
  const target = formatPercent(coverage_target);
  if (known.length === 0) return `The ${target} intervals could not be tested: too little past.`;
  const low = Math.min(...known.map((each) => each.value));
  const high = Math.max(...known.map((each) => each.value));
  const reach = formatLead(lead_times[known.at(-1)!.at] ?? 0);
  return `The ${target} intervals held ${low === high ? formatPercent(low) : `${formatPercent(low)} to ${formatPercent(high)}`} of this file’s past readings, up to ${reach} (${calibration.method.replaceAll("_", " ")}).`;
}

type Row = { name: string; value: number; text: string };

function BarTable({ caption, head, rows }: { caption: string; head: [string, string]; rows: Row[] }) {
  const largest = Math.max(...rows.map((row) => Math.abs(row.value)), 1e-9);
  if (rows.length === 0) return null;
  return (
    <table>
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{head[0]}</th>
          <th scope="col" className="num">
            {head[1]}
          </th>
          <td />
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.name}>
            <th scope="row">{row.name}</th>
            <td className="num" title={String(row.value)}>
              {row.text}
            </td>
            <td className="bar-cell" aria-hidden="true">
              <i className={row.value < 0 ? "below" : ""} style={{ width: `${(Math.abs(row.value) / largest) * 100}%` }} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
