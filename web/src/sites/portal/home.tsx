import { Link } from "react-router";

import { useStream } from "@/data/use-stream";

import { AtlasStrip } from "./atlas-strip";
import { LivePlant } from "./live-plant";
import { RecentRuns } from "./recent-runs";
import { Upload } from "./upload";

import "./portal.css";
import "./upload.css";

/** The start page. */
export function Home() {
  const stream = useStream("/v1/bridge/stream");
  return (
    <div className="home">
      <title>Industriverse: forecasts with a proof</title>
      <section className="hero" aria-labelledby="purpose">
        <div className="hero-words">
          <h1 id="purpose">What your plant does next, and whether to believe it.</h1>
          <p>
            Give it sensor readings or measured fields. It names how the plant is running, forecasts with honest intervals, signs
            a proof that the forecast obeys physics, and shows the energy that cost.
          </p>
          <p>
            <Link to="/regimes">Follow a record’s regimes and changes</Link> where no forecast is needed.
          </p>
        </div>
        <Upload view={stream.view} />
      </section>
      <LivePlant {...stream} />
      <RecentRuns plant={stream.view?.title ?? ""} />
      <AtlasStrip />
    </div>
  );
}
