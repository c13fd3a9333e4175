import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import { asProblem } from "@/data/client";
import { runQuery } from "@/data/queries";
import { ProblemNotice } from "@/kit/problem-notice";

import { RunResult } from "./run-result";

import "./portal.css";
import "./upload.css";
import "./run.css";

/** One finished run, from its link. */
export function RunPage() {
  const traceId = useParams().traceId ?? "";
  const run = useQuery(runQuery(traceId));
  return (
    <div className="stack">
      <p className="no-print">
        <Link to="/" className="back">
          Start
        </Link>
      </p>
      {run.isPending && (
        <div className="stack" role="status" aria-label="Loading the run">
          <div className="skeleton run-title-skeleton" />
          <div className="live-grid">
            <div className="skeleton skeleton-panel" />
            <div className="skeleton skeleton-panel" />
          </div>
        </div>
      )}
      {run.isError && (
        <>
          <h1 className="visually-hidden">Run</h1>
          <ProblemNotice doing="This run cannot be shown." problem={asProblem(run.error)} onRetry={() => void run.refetch()} />
        </>
      )}
      {run.isSuccess && <RunResult run={run.data} />}
    </div>
  );
}
