import type { StreamView } from "@/data/stream-log";
import { formatClock } from "@/kit/format";
import { Glyph } from "@/kit/glyph";
import { oddsOf } from "@/kit/regime-timeline";
import type { Mark } from "@/kit/series";
import { useZone } from "@/kit/url-state";

const SHOWN = 20;

/** What the live source said of changes and anomalies, as marks, oldest first. */
export function liveMarks(view: StreamView): Mark[] {
  return view.marks.map((mark) => ({
    id: `${mark.kind}-${mark.from}`,
    kind: mark.kind,
    from: mark.from,
    to: mark.to,
    evidence:
      mark.kind === "change"
        ? mark.evidence
        : `${mark.goingOn ? "Going on. " : ""}As unlike in the past: ${oddsOf(mark.score)}.`,
  }));
}

/** The newest changes and anomalies with their evidence; its height is fixed, so that nothing moves. */
export function LiveChanges({ view }: { view: StreamView }) {
  const [zone] = useZone();
  const marks = liveMarks(view).slice(-SHOWN).reverse();
  return (
    <section className="stack-small" aria-labelledby="changes-title">
      <h3 id="changes-title">Changes seen</h3>
      <div className="live-changes" tabIndex={0} role="region" aria-label="Changes and anomalies, newest first">
        {marks.length === 0 && <p className="muted">No change of pattern and no anomaly so far.</p>}
        <ol className="plain stack-small">
          {marks.map((mark) => (
            <li key={mark.id}>
              <Glyph shape={mark.kind === "change" ? "flag" : "cross"} colour={mark.kind === "change" ? "var(--text)" : "var(--regime-anomalous)"} />{" "}
              {mark.kind === "change" ? "Change" : "Anomaly"} at <span className="num">{formatClock(mark.from, zone)}</span>
              <span className="muted small live-evidence">{mark.evidence}</span>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}
