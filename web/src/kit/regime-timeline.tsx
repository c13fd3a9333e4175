import { type KeyboardEvent, useEffect, useId, useRef } from "react";

import { formatNumber, formatPercent } from "@/kit/format";
import { Glyph } from "@/kit/glyph";
import { regimeLook, type Shape } from "@/kit/regimes";
import type { Band, Mark } from "@/kit/series";

import "@/kit/line-legend.css";
import "@/kit/regime-timeline.css";

export type Stretch = Band & { id: string; probability: number };

/** One thing on the timeline, in words. */
export type Item = {
  id: string;
  kind: "band" | "change" | "anomaly";
  from: number;
  to: number;
  title: string;
  when: string;
  evidence: string;
  shape: Shape;
  colour: string;
  confirmed: boolean;
};

const ORDER = { change: 0, band: 1, anomaly: 2 } as const;

/** Bands and marks in order of time; where a change opens a band, the change comes first. */
export function timelineItems(bands: readonly Stretch[], marks: readonly Mark[], when: (time: number) => string): Item[] {
  const stretches = bands.map(({ id, label, from, to, confirmed, probability, evidence }): Item => {
    const look = regimeLook(label);
    const title = `${look.word}${confirmed ? "" : ", not confirmed"}`;
    const sure = label === "initializing" ? "" : `${formatPercent(probability)} sure. `;
    return { id, kind: "band", from, to, title, when: `${when(from)} to ${when(to)}`, evidence: sure + evidence, confirmed, shape: look.shape, colour: look.colour };
  });
  const events = marks.map(({ id, kind, from, to, evidence }): Item => {
    const change = kind === "change";
    const span = to > from ? `${when(from)} to ${when(to)}` : when(from);
    return {
      id, kind, from, to, evidence,
      title: change ? "Change of pattern" : "Anomaly",
      when: span,
      shape: change ? "flag" : "cross",
      colour: change ? "var(--text)" : "var(--regime-anomalous)",
      confirmed: true,
    };
  });
  return [...stretches, ...events].sort((one, other) => one.from - other.from || ORDER[one.kind] - ORDER[other.kind]);
}

/** A chance as people say it: 1 in 500 000. */
export const oddsOf = (score: number): string =>
  score < 1 ? `1\u00a0in\u00a0${formatNumber(1 / (1 - score), 2).replaceAll("\u2009", "\u202f")}` : "less than can be counted";

type Props = {
  items: readonly Item[];
  range: readonly [number, number];
  chosen: string | null;
  onChoose: (id: string) => void;
};

/** The regimes over time with changes above and anomalies below; arrow keys step through them. */
export function RegimeTimeline({ items, range, chosen, onChoose }: Props) {
  const id = useId();
  const span = Math.max(range[1] - range[0], 1e-9);
  const place = (time: number) => ((Math.min(Math.max(time, range[0]), range[1]) - range[0]) / span) * 100;
  const current = items.find((item) => item.id === chosen);
  return (
    <div className="stack-small">
      <div
        className="timeline"
        role="listbox"
        tabIndex={0}
        aria-label="Regimes, changes and anomalies over time"
        aria-activedescendant={current ? `${id}-${current.id}` : undefined}
        onKeyDown={(event) => step(event, items, chosen, onChoose)}
      >
        {items.map((item) => (
          <div
            key={item.id}
            id={`${id}-${item.id}`}
            role="option"
            aria-selected={item.id === chosen}
            aria-label={`${item.title}, ${item.when}`}
            className={`timeline-${item.kind}${item.confirmed ? "" : " unconfirmed"}`}
            style={{ left: `${place(item.from)}%`, width: item.kind === "change" ? 0 : `${place(item.to) - place(item.from)}%`, "--regime": item.colour } as React.CSSProperties}
            title={`${item.title}, ${item.when}. ${item.evidence}`}
            onClick={() => onChoose(item.id)}
          >
            <Glyph shape={item.shape} colour={item.colour} />
            {item.kind === "band" && <span className="timeline-word">{item.title.split(",")[0]}</span>}
          </div>
        ))}
      </div>
      <div className="timeline-chosen" role="status">
        {current ? (
          <>
            <p>
              <Glyph shape={current.shape} colour={current.colour} /> <strong>{current.title}</strong>{" "}
              <span className="muted num">{current.when}</span>
            </p>
            <p>{current.evidence}</p>
          </>
        ) : (
          <p className="muted">Choose a band, a flag or a cross to read its evidence; with the keyboard, focus the timeline and use the arrow keys.</p>
        )}
      </div>
    </div>
  );
}

function step(event: KeyboardEvent, items: readonly Item[], chosen: string | null, onChoose: (id: string) => void): void {
  const at = items.findIndex((item) => item.id === chosen);
  const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined || items.length === 0) return;
  event.preventDefault();
  onChoose(items[Math.max(0, Math.min(to, items.length - 1))]!.id);
}

type ListProps = { items: readonly Item[]; chosen: string | null; onChoose: (id: string) => void; label: string };

/** The same as a list, each with its evidence; the chosen one is brought into its view. */
export function EvidenceList({ items, chosen, onChoose, label }: ListProps) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const box = list.current;
    const row = box?.querySelector<HTMLElement>('[aria-current="true"]');
    if (!box || !row) return;
    const top = row.offsetTop - box.offsetTop;
    if (top < box.scrollTop || top + row.offsetHeight > box.scrollTop + box.clientHeight) box.scrollTop = top - 8;
  }, [chosen]);
  return (
    <ol className="evidence-list" aria-label={label} ref={list}>
      {items.map((item) => (
        <li key={item.id}>
          <button type="button" aria-current={item.id === chosen} onClick={() => onChoose(item.id)}>
            <Glyph shape={item.shape} colour={item.colour} />
            <span>
              <strong>{item.title}</strong> <span className="muted small num">{item.when}</span>
              <span className="evidence-words">{item.evidence}</span>
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}

/** What flags and crosses mean. */
export function MarkLegend() {
  return (
    <ul className="regime-legend" aria-label="Marks">
      <li>
        <Glyph shape="flag" /> change of pattern
      </li>
      <li>
        <Glyph shape="cross" colour="var(--regime-anomalous)" /> anomaly: readings unlike all before
      </li>
    </ul>
  );
}
