import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { asProblem } from "@/data/client";
import { regimesQuery } from "@/data/queries";
import type { RegimeSummary } from "@/data/types";
import { useStream } from "@/data/use-stream";
import { formatMoment, formatNumber, type Zone } from "@/kit/format";
import { Glyph } from "@/kit/glyph";
import { ProblemNotice } from "@/kit/problem-notice";
import { regimeLook } from "@/kit/regimes";
import { useZone } from "@/kit/url-state";

import { RegimeDrop } from "./regime-drop";

import "./portal.css";
import "./upload.css";

/** Follow a record, and find those followed before. */
export function RegimesPage() {
  const { view } = useStream("/v1/bridge/stream");
  return (
    <div className="home">
      <title>Regimes · Industriverse</title>
      <section className="hero" aria-labelledby="regimes-purpose">
        <div className="hero-words">
          <h1 id="regimes-purpose">When did it change, and how does it run now?</h1>
          <p>
            Give it a table of readings over time. It follows them as if they came in one by one, and shows each regime, each change
            with its evidence, and the readings that are unlike all before.
          </p>
        </div>
        <RegimeDrop view={view} />
      </section>
      <History />
    </div>
  );
}

function History() {
  const records = useInfiniteQuery(regimesQuery);
  const [zone] = useZone();
  const items = records.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="stack" aria-labelledby="history-title">
      <h2 id="history-title">Followed before</h2>
      {records.isPending && <div className="skeleton skeleton-list" role="status" aria-label="Loading the records" />}
      {records.isError && items.length === 0 && (
        <ProblemNotice
          doing="The list of records could not be loaded."
          problem={asProblem(records.error)}
          onRetry={() => void records.refetch()}
        />
      )}
      {records.isSuccess && items.length === 0 && (
        <div className="empty">
          <h3>No record yet</h3>
          <p>Each table you follow is listed here. Choose one above; a time column and a column of readings are enough.</p>
        </div>
      )}
      {items.length > 0 && <Records items={items} zone={zone} />}
      {records.hasNextPage && (
        <div>
          <button type="button" className="button" disabled={records.isFetchingNextPage} onClick={() => void records.fetchNextPage()}>
            Show older records
          </button>
        </div>
      )}
    </section>
  );
}

function Records({ items, zone }: { items: readonly RegimeSummary[]; zone: Zone }) {
  return (
    <div className="runs-scroll" tabIndex={0} role="region" aria-label="List of records">
      <table className="runs" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">Record</th>
            <th scope="col" role="columnheader">Newest regime</th>
            <th scope="col" role="columnheader">Found</th>
            <th scope="col" role="columnheader">What to do</th>
            <th scope="col" role="columnheader">Followed</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {items.map((item) => (
            <RecordRow key={item.id} item={item} zone={zone} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const plural = (count: number, one: string, several: string) => `${formatNumber(count)} ${count === 1 ? one : several}`;

function RecordRow({ item, zone }: { item: RegimeSummary; zone: Zone }) {
  const regime = regimeLook(item.regime);
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        <Link to={`/regimes/${encodeURIComponent(item.id)}`}>{item.name}</Link>
      </th>
      <td role="cell">
        <Glyph shape={regime.shape} colour={regime.colour} /> {regime.word}
        {!item.confirmed && <span className="muted">, not confirmed</span>}
      </td>
      <td role="cell">
        {plural(item.changes, "change", "changes")}, {plural(item.anomalies, "anomaly", "anomalies")}
      </td>
      <td role="cell">
        {item.risk_level} risk: {item.recommended_action}
      </td>
      <td role="cell" className="num">
        <time dateTime={item.created}>{formatMoment(Date.parse(item.created) / 1000, zone)}</time>
      </td>
    </tr>
  );
}
