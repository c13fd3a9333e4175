import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import { asProblem } from "@/data/client";
import { regimeQuery } from "@/data/queries";
import { ProblemNotice } from "@/kit/problem-notice";

import { RegimeResult } from "./regime-result";

import "./portal.css";
import "./run.css";

/** One followed record, from its link. */
export function RegimePage() {
  const record = useQuery(regimeQuery(useParams().regimeId ?? ""));
  return (
    <div className="stack">
      <p className="no-print">
        <Link to="/regimes" className="back">
          Regimes
        </Link>
      </p>
      {record.isPending && (
        <div className="stack" role="status" aria-label="Loading the record">
          <div className="skeleton run-title-skeleton" />
          <div className="live-grid">
            <div className="skeleton skeleton-panel" />
            <div className="skeleton skeleton-panel" />
          </div>
        </div>
      )}
      {record.isError && (
        <>
          <h1 className="visually-hidden">Regimes of a record</h1>
          <ProblemNotice doing="This record cannot be shown." problem={asProblem(record.error)} onRetry={() => void record.refetch()} />
        </>
      )}
      {record.isSuccess && <RegimeResult record={record.data} />}
    </div>
  );
}
