import { formatPercent } from "@/kit/format";
import { Glyph } from "@/kit/glyph";
import { Hint } from "@/kit/hint";
import { regimeLabels, regimeLook } from "@/kit/regimes";
import type { Band } from "@/kit/series";

import "@/kit/regime-strip.css";

type StripProps = { bands: readonly Band[]; range: readonly [number, number]; when: (time: number) => string };

/** The regimes over the shared time axis: shape and word, hatched until confirmed. */
export function RegimeStrip({ bands, range, when }: StripProps) {
  const span = Math.max(range[1] - range[0], 1e-9);
  return (
    <ol className="regime-strip" aria-label="Operating regime over time">
      {bands.map((band) => {
        const look = regimeLook(band.label);
        const from = Math.max(band.from, range[0]);
        const width = ((band.to - from) / span) * 100;
        const words = `${look.word}${band.confirmed ? "" : ", not confirmed"}, from ${when(band.from)}`;
        return (
          <li
            key={band.from}
            className={band.confirmed ? "" : "unconfirmed"}
            style={{ left: `${((from - range[0]) / span) * 100}%`, width: `${width}%`, "--regime": look.colour } as React.CSSProperties}
            title={`${words}. ${band.evidence}`}
          >
            {width > 3 && <Glyph shape={look.shape} colour={look.colour} />}
            <span className={width > 14 ? "" : "visually-hidden"}>{look.word}</span>
            <span className="visually-hidden">
              {band.confirmed ? "" : ", not confirmed"}, from {when(band.from)}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

/** All six regimes with shape and word. */
export function RegimeLegend() {
  return (
    <ul className="regime-legend" aria-label="Regimes">
      {regimeLabels.map((label) => {
        const look = regimeLook(label);
        return (
          <li key={label} title={look.hint}>
            <Glyph shape={look.shape} colour={look.colour} /> {look.word}
          </li>
        );
      })}
      <li>
        <i className="hatched" /> hatched: not confirmed yet
      </li>
    </ul>
  );
}

type BadgeProps = { label: string; confirmed: boolean; probability?: number | undefined; evidence?: string };

/** The regime as shape and word, with what it means. */
export function RegimeBadge({ label, confirmed, probability, evidence }: BadgeProps) {
  const look = regimeLook(label);
  return (
    <span className="row regime-badge">
      <span className={`badge${confirmed ? "" : " unconfirmed"}`} style={{ "--regime": look.colour } as React.CSSProperties}>
        <Glyph shape={look.shape} colour={look.colour} />
        {look.word}
        {!confirmed && <span className="muted">not confirmed</span>}
        {probability !== undefined && <span className="muted num">{formatPercent(probability)}</span>}
      </span>
      <Hint about={`the regime ${look.word}`}>
        {look.hint} {evidence} {!confirmed && "It counts as confirmed once it has held for several readings in a row."}
      </Hint>
    </span>
  );
}
