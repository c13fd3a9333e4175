import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";

import { asProblem } from "@/data/client";
import { runsQuery } from "@/data/queries";
import type { RunSummary } from "@/data/types";
import { formatMoment, type Zone } from "@/kit/format";
import { Glyph } from "@/kit/glyph";
import { ProblemNotice } from "@/kit/problem-notice";
import { regimeLook } from "@/kit/regimes";
import { useUrlValue, useZone } from "@/kit/url-state";

const SHOWN_AT_FIRST = 8;

type Props = {
  /** The live plant's title: its own forecasts, one every few seconds, are left out unless asked for. */
  plant: string;
};

/** The runs that the server keeps, newest first. */
export function RecentRuns({ plant }: Props) {
  const runs = useInfiniteQuery(runsQuery);
  const [zone] = useZone();
  const [live, setLive] = useUrlValue("live");
  const [most, setMost] = useState(SHOWN_AT_FIRST);
  const all = runs.data?.pages.flatMap((page) => page.items) ?? [];
  const own = all.filter((run) => live === "1" || run.name !== plant);
  const items = own.slice(0, most);
  const hidden = all.length - own.length;
  const more = () => {
    if (most >= own.length && runs.hasNextPage) void runs.fetchNextPage();
    setMost(most + SHOWN_AT_FIRST);
  };
  return (
    <section className="stack" aria-labelledby="runs-title">
      <div className="row between">
        <h2 id="runs-title">Recent runs</h2>
        {(hidden > 0 || live === "1") && (
          <label className="check small muted no-print">
            <input type="checkbox" checked={live === "1"} onChange={(event) => setLive(event.target.checked ? "1" : null)} />
            Also the live plant’s own
          </label>
        )}
      </div>
      {runs.isPending && <div className="skeleton skeleton-list" role="status" aria-label="Loading the runs" />}
      {runs.isError && items.length === 0 && (
        <ProblemNotice doing="The list of runs could not be loaded." problem={asProblem(runs.error)} onRetry={() => void runs.refetch()} />
      )}
      {runs.isSuccess && items.length === 0 && (
        <div className="empty">
          <h3>No run yet</h3>
          <p>Each file you forecast is listed here with its proof. Choose one above.</p>
        </div>
      )}
      {items.length > 0 && (
        <div className="runs-scroll" tabIndex={0} role="region" aria-label="List of runs">
          <table className="runs" role="table">
            <thead role="rowgroup">
              <tr role="row">
                <th scope="col" role="columnheader">Input</th>
                <th scope="col" role="columnheader">Kind</th>
                <th scope="col" role="columnheader">Regime</th>
                <th scope="col" role="columnheader">Proof</th>
                <th scope="col" role="columnheader">Made</th>
              </tr>
            </thead>
            <tbody role="rowgroup">
              {items.map((run) => (
                <RunRow key={run.trace_id} run={run} zone={zone} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {(most < own.length || runs.hasNextPage) && (
        <div>
          <button type="button" className="button" disabled={runs.isFetchingNextPage} onClick={more}>
            Show older runs
          </button>
        </div>
      )}
    </section>
  );
}

function RunRow({ run, zone }: { run: RunSummary; zone: Zone }) {
  const regime = regimeLook(run.regime);
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        <Link to={`/runs/${encodeURIComponent(run.trace_id)}`}>{run.name}</Link>
      </th>
      <td role="cell">{run.kind === "field" ? "field" : "sensor readings"}</td>
      <td role="cell">
        <Glyph shape={regime.shape} colour={regime.colour} /> {regime.word}
      </td>
      <td role="cell">
        <Glyph shape={run.passed ? "check" : "cross"} colour={run.passed ? "var(--passed)" : "var(--failed)"} />{" "}
        {run.passed ? "passed" : "did not pass"}
        {run.abstained && <span className="muted">, abstained</span>}
      </td>
      <td role="cell" className="num">
        <time dateTime={run.created}>{formatMoment(Date.parse(run.created) / 1000, zone)}</time>
      </td>
    </tr>
  );
}
