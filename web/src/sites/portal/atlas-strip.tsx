import { useQuery } from "@tanstack/react-query";

import { asProblem } from "@/data/client";
import { atlasQuery } from "@/data/queries";
import type { AtlasSummary } from "@/data/types";
import { ProblemNotice } from "@/kit/problem-notice";

import "./atlas-strip.css";

/** The energy atlas in numbers, and how far its build beside the server is. */
export function AtlasStrip() {
  const atlas = useQuery(atlasQuery);
  return (
    <section className="stack" aria-labelledby="atlas-title">
      <h2 id="atlas-title">Energy atlas</h2>
      {atlas.isPending && <div className="skeleton atlas-skeleton" role="status" aria-label="Loading the atlas" />}
      {atlas.isError && !atlas.data && (
        <ProblemNotice doing="The atlas could not be loaded." problem={asProblem(atlas.error)} onRetry={() => void atlas.refetch()} />
      )}
      {atlas.data && <Filled atlas={atlas.data} />}
    </section>
  );
}

function Filled({ atlas }: { atlas: AtlasSummary }) {
  if (atlas.maps === 0 && atlas.build.state === "idle") {
    return (
      <div className="empty">
        <h3>No map yet</h3>
        <p>
          <code>industriverse atlas build</code> makes energy maps with the solvers; <code>industriverse atlas import</code> takes yours.
        </p>
      </div>
    );
  }
  return (
    <>
      <p className="small">
        <strong className="num">{atlas.maps}</strong> energy maps in <strong className="num">{atlas.domains.length}</strong> domains, each with its
        solver, parameters and checksum.
      </p>
      <Build {...atlas.build} />
      <ul className="atlas-domains" aria-label="Maps of each domain">
        {atlas.domains.map(({ domain, maps, sequences }) => (
          <li key={domain} title={`${maps} maps of ${sequences} runs`}>
            {words(domain)} <span className="num muted">{maps}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Build({ state, share, sentence }: AtlasSummary["build"]) {
  if (state === "failed") return <p className="small">The build ended: {sentence} It goes on when the server starts again.</p>;
  if (state !== "building") return null;
  return (
    <div className="row atlas-build">
      <progress aria-label="Building the atlas" value={share} max={1} />
      <span className="small muted">
        Building, <span className="num">{Math.floor(100 * share)} %</span>. {words(sentence)}
      </span>
    </div>
  );
}

const words = (name: string) => name.replaceAll("_", " ");
