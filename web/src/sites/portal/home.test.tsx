import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { AtlasSummary } from "@/data/types";
import { FakeSocket, FakeSource } from "@/testing/fake-socket";

import { Home } from "./home";

// jsdom has no canvas; the drawing itself is tested in the browser.
vi.mock("@/kit/series-plot", () => ({ SeriesPlot: () => null }));

const problem = {
  type: "urn:industriverse:problem:unavailable",
  title: "Service Unavailable",
  status: 503,
  detail: "The store of runs does not answer.",
  code: "unavailable",
  hint: "Wait a moment, then retry.",
  trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
  context: {},
};
const run = {
  trace_id: "0af7651916cd43dd8448eb211c80319c",
  created: "2026-11-23T10:15:00+00:00",
  name: "week 47.csv",
  kind: "signals",
  domain: "fluid",
  regime: "stable",
  passed: true,
  abstained: false,
  proof_id: "prf_1",
};

let answer: () => Promise<Response>;
let atlas: AtlasSummary;
const json = (body: unknown, status = 200) => Promise.resolve(new Response(JSON.stringify(body), { status }));

beforeEach(() => {
  vi.stubGlobal("WebSocket", FakeSocket);
  atlas = { maps: 0, domains: [], build: { state: "idle", share: 0, sentence: "" } };
  vi.stubGlobal("fetch", (url: string) => (url.startsWith("/v1/atlas/") ? json(atlas) : answer()));
  FakeSocket.opened = [];
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function open() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <MemoryRouter>
        <Home />
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

test("loading keeps the layout and never says that there is nothing", () => {
  answer = () => new Promise(() => {});
  open();
  screen.getByText(/Opening the live line/);
  screen.getByRole("status", { name: "Loading the runs" });
  expect(screen.queryByText(/No run yet|No plant/)).toBeNull();
});

test("empty says why and offers the next step", async () => {
  answer = () => json({ items: [], next_page_token: null });
  open();
  act(() => FakeSocket.last.cut(1013));
  await screen.findByText("No run yet");
  screen.getByText(/industriverse serve --demo/);
});

test("an error shows what, why, how to go on and the trace id; retry works", async () => {
  answer = () => json(problem, 503);
  open();
  act(() => FakeSocket.last.cut(1006));
  await screen.findByText("The store of runs does not answer.");
  screen.getByText("Wait a moment, then retry.");
  screen.getByText(problem.trace_id);
  screen.getByText("The live plant cannot be reached.");
  answer = () => json({ items: [run], next_page_token: null });
  fireEvent.click(screen.getAllByRole("button", { name: "Retry" }).at(-1)!);
  await screen.findByRole("link", { name: "week 47.csv" });
});

test("loaded shows the plant and the runs", async () => {
  answer = () => json({ items: [run], next_page_token: null });
  open();
  const source = new FakeSource();
  source.sample();
  act(() => source.serve(FakeSocket.last));
  await screen.findByRole("heading", { name: "Plant" });
  await screen.findByRole("figure", { name: /Feed flow/ });
  screen.getByText("simulated");
  expect(screen.getByRole("link", { name: "week 47.csv" }).getAttribute("href")).toBe(`/runs/${run.trace_id}`);
});

test("a cut line is announced, and the banner goes when it is back", async () => {
  answer = () => json({ items: [], next_page_token: null });
  open();
  const source = new FakeSource();
  source.sample();
  act(() => source.serve(FakeSocket.last));
  await screen.findByRole("figure");
  act(() => FakeSocket.last.cut());
  screen.getByText("The live line is cut.");
  await waitFor(() => expect(FakeSocket.opened.length).toBe(2));
  act(() => source.serve(FakeSocket.last));
  await waitFor(() => expect(screen.queryByText("The live line is cut.")).toBeNull());
});

test("the atlas tells how many maps there are and how far its build is", async () => {
  answer = () => json({ items: [], next_page_token: null });
  const heat = { domain: "heat", maps: 7, sequences: 2, energy_mean: 1, entropy_mean: 2 };
  atlas = { maps: 7, domains: [heat], build: { state: "building", share: 0.346, sentence: "active_matter: Active fluid, 3 maps" } };
  open();
  expect(await screen.findByText("Building,", { exact: false })).toHaveProperty("textContent", "Building, 34 %. active matter: Active fluid, 3 maps");
  expect(screen.getByRole("progressbar", { name: "Building the atlas" })).toHaveProperty("value", 0.346);
  expect(screen.getByRole("list", { name: "Maps of each domain" }).textContent).toBe("heat 7");
});

test("an atlas without maps says how to get some", async () => {
  answer = () => json({ items: [], next_page_token: null });
  open();
  expect(await screen.findByText("industriverse atlas build")).toBeTruthy();
});
