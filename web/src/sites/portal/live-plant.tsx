import { useEffect, useRef, useState } from "react";

import type { StreamStatus } from "@/data/stream-socket";
import type { StreamView } from "@/data/stream-log";
import { Glyph } from "@/kit/glyph";
import { ProblemNotice } from "@/kit/problem-notice";

import { LiveCharts } from "./live-charts";
import { LiveVerdict } from "./live-verdict";
import { useHeld } from "./use-held";

type Props = { status: StreamStatus; view: StreamView | null; retry: () => void };

/** The plant as it runs now; four states and a banner when the line is cut. */
export function LivePlant({ status, view, retry }: Props) {
  const [paused, setPaused] = useState(false);
  const { reading, ...reader } = useReading();
  const shown = useHeld(view, paused || reading);
  return (
    <section aria-labelledby="live-title" className="stack">
      <header className="row between live-head">
        <div className="row">
          <h2 id="live-title">{shown?.title || "Live plant"}</h2>
          {shown?.simulated && (
            <span className="badge" title="This plant is computed from physics; no real machine is behind it.">
              <Glyph shape="ring" /> simulated
            </span>
          )}
        </div>
        <LinkState status={status} paused={paused} reading={reading} />
      </header>
      {status.phase === "lost" && (
        <div className="notice" role="status">
          <Glyph shape="diamond" colour="var(--regime-transitional)" />
          <p>
            <strong>The live line is cut.</strong> What you see is the last that arrived. Reconnecting by itself (try{" "}
            {status.attempt}); nothing will be missing afterwards.
          </p>
          <button type="button" className="button" onClick={retry}>
            Reconnect now
          </button>
        </div>
      )}
      {shown !== null && shown.missed > 0 && (
        <p className="notice" role="status">
          {shown.missed} messages were no longer kept by the source when the line came back; they are missing in the charts.
        </p>
      )}
      {body()}
    </section>
  );

  function body() {
    if (shown === null && status.phase === "failed")
      return (
        <ProblemNotice
          doing="The live plant cannot be reached."
          problem={{
            type: "about:blank",
            title: "No live connection",
            status: 0,
            detail: `The stream at ${location.host} does not open. It is tried again by itself (try ${status.attempt}).`,
            code: "stream",
            hint: "Check that the server runs (make up). Forecasting a file works without the live plant.",
            trace_id: "",
            context: {},
          }}
          onRetry={retry}
        />
      );
    if (status.phase === "absent") return <EmptyPlant />;
    if (shown === null) return <LoadingPlant />;
    if (shown.channels.length === 0) return <EmptyPlant />;
    return (
      <div className="live-grid" {...reader}>
        <LiveCharts view={shown} paused={paused} onPaused={setPaused} />
        <LiveVerdict view={shown} />
      </div>
    );
  }
}

const READING_MS = 6000;

/** True while the pointer moves over the part, and a few seconds longer. */
function useReading() {
  const [reading, setReading] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const stop = () => {
    clearTimeout(timer.current);
    setReading(false);
  };
  const onPointerMove = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(stop, READING_MS);
    setReading(true);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return { reading, onPointerMove, onPointerLeave: stop };
}

function LinkState({ status, paused, reading }: { status: StreamStatus; paused: boolean; reading: boolean }) {
  if (status.phase === "connecting") return <p className="muted small">Connecting…</p>;
  if (status.phase === "absent") return null;
  if (status.phase !== "open") return <p className="muted small">Not connected</p>;
  if (paused) return <p className="muted small">Paused; new readings are kept</p>;
  if (reading) return <p className="muted small">Held still while you read</p>;
  return (
    <p className="muted small row">
      <Glyph shape="disc" colour="var(--passed)" /> live
    </p>
  );
}

function LoadingPlant() {
  return (
    <div className="live-grid" aria-busy="true">
      <div className="stack-small" role="status">
        <p className="muted small">Opening the live line to the plant…</p>
        {[0, 1, 2, 3].map((at) => (
          <div key={at} className="skeleton skeleton-chart" />
        ))}
      </div>
      <div className="stack">
        <div className="skeleton skeleton-panel" />
        <div className="skeleton skeleton-panel small-panel" />
      </div>
    </div>
  );
}

function EmptyPlant() {
  return (
    <div className="empty">
      <h3>No plant is connected to this server</h3>
      <p>
        Start the simulated one with <code>industriverse serve --demo</code>, or forecast a file of your own above: a CSV with a
        time column and thirty rows is enough.
      </p>
    </div>
  );
}
