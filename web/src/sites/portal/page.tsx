import { lazy } from "react";
import { Link, Route, Routes } from "react-router";

import { Home } from "./home";

const RunPage = lazy(() => import("./run-page").then((module) => ({ default: module.RunPage })));
const RegimesPage = lazy(() => import("./regimes-page").then((module) => ({ default: module.RegimesPage })));
const RegimePage = lazy(() => import("./regime-page").then((module) => ({ default: module.RegimePage })));
const VerifyPage = lazy(() => import("./verify-page").then((module) => ({ default: module.VerifyPage })));
const DocsPage = lazy(() => import("./docs-page").then((module) => ({ default: module.DocsPage })));

/** The first site: the living plant, your own file, its result, its regimes and its proof. */
export default function Page() {
  return (
    <Routes>
      <Route index element={<Home />} />
      <Route path="runs/:traceId" element={<RunPage />} />
      <Route path="regimes" element={<RegimesPage />} />
      <Route path="regimes/:regimeId" element={<RegimePage />} />
      <Route path="verify/:proofId" element={<VerifyPage />} />
      <Route path="docs" element={<DocsPage />} />
      <Route path="*" element={<Lost />} />
    </Routes>
  );
}

function Lost() {
  return (
    <div className="stack">
      <h1>There is no page at this address</h1>
      <p>
        The link may be cut off. <Link to="/">Go to the start page</Link>.
      </p>
    </div>
  );
}
