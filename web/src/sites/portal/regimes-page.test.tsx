import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { MemoryRouter, Route, Routes } from "react-router";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { FakeSocket } from "@/testing/fake-socket";
import { followedRecord } from "@/testing/followed-record";

import { RegimePage } from "./regime-page";
import { RegimesPage } from "./regimes-page";

// jsdom has no canvas; the drawing itself is tested in the browser.
vi.mock("@/kit/series-plot", () => ({ SeriesPlot: () => null }));

const record = followedRecord();
const item = {
  id: record.id, created: record.created, name: "pump.csv", samples: 10, regime: "chaotic", confirmed: false,
  changes: 1, anomalies: 2, recommended_action: "investigate", risk_level: "high",
};
const problem = {
  type: "urn:industriverse:problem:input", title: "Unprocessable Content", status: 422, detail: "pump.csv has no measured column.",
  code: "input", hint: "Check the delimiter.", trace_id: "4bf92f3577b34da6a3ce929d0e0e4736", context: {},
};

type Answer = () => Promise<Response>;
let answers: Record<string, Answer>;
let forms: FormData[];
const json = (body: unknown, status = 200) => Promise.resolve(new Response(JSON.stringify(body), { status }));
const never: Answer = () => new Promise(() => {});

beforeEach(() => {
  vi.stubGlobal("WebSocket", FakeSocket);
  FakeSocket.opened = [];
  forms = [];
  answers = { "/v1/regime/history": () => json({ items: [item], next_page_token: null }), [`/v1/regime/${record.id}`]: () => json(record) };
  vi.stubGlobal("fetch", (url: string, init?: RequestInit) => {
    if (init?.body instanceof FormData) forms.push(init.body);
    return answers[url.split("?")[0]!]!();
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function open(path: string) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <MemoryRouter initialEntries={[path]}>
        <Routes>
          <Route path="/regimes" element={<RegimesPage />} />
          <Route path="/regimes/:regimeId" element={<RegimePage />} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

const drop = (name = "pump.csv") =>
  fireEvent.change(screen.getByLabelText("File to follow"), { target: { files: [new File(["time,flow\n"], name)] } });

test("loading keeps the layout and never says that there is nothing", () => {
  answers["/v1/regime/history"] = never;
  open("/regimes");
  screen.getByRole("status", { name: "Loading the records" });
  expect(screen.queryByText("No record yet")).toBeNull();
});

test("empty teaches the next step", async () => {
  answers["/v1/regime/history"] = () => json({ items: [], next_page_token: null });
  open("/regimes");
  await screen.findByText("No record yet");
});

test("a list that fails says why, and retry works", async () => {
  answers["/v1/regime/history"] = () => json({ ...problem, detail: "The store does not answer." }, 503);
  open("/regimes");
  await screen.findByText("The store does not answer.");
  answers["/v1/regime/history"] = () => json({ items: [item], next_page_token: null });
  fireEvent.click(screen.getByRole("button", { name: "Retry" }));
  const link = await screen.findByRole("link", { name: "pump.csv" });
  expect(link.getAttribute("href")).toBe(`/regimes/${record.id}`);
  screen.getByText("1 change, 2 anomalies");
});

test("a file is followed with the chosen options, and its timeline opens", async () => {
  answers["/v1/regime"] = () => json(record);
  open("/regimes");
  fireEvent.change(screen.getByLabelText(/Columns/), { target: { value: "flow" } });
  fireEvent.change(screen.getByLabelText(/False alarms/), { target: { value: "0.001" } });
  drop();
  await screen.findByRole("heading", { level: 1, name: "pump.csv" });
  expect([forms[0]!.get("columns"), forms[0]!.get("false_alarms")]).toEqual(["flow", "0.001"]);
  screen.getByRole("option", { name: /^Change of pattern/ });
  screen.getByText(/one change and one anomaly/);
});

test("while a file is followed it can be called off; a refusal is explained", async () => {
  answers["/v1/regime"] = never;
  open("/regimes");
  drop();
  screen.getByText("Following pump.csv");
  fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
  answers["/v1/regime"] = () => json(problem, 422);
  drop();
  await screen.findByText("pump.csv was not followed.");
  screen.getByText("Check the delimiter.");
  screen.getByText(problem.trace_id);
});

test("a record that does not exist says so", async () => {
  answers["/v1/regime/none"] = () => json({ ...problem, detail: "No followed record 'none' is kept here." }, 404);
  open("/regimes/none");
  await screen.findByText(/No followed record/);
});

test("the chosen mark is in the link", async () => {
  open(`/regimes/${record.id}?at=c0`);
  const chosen = await screen.findByRole("option", { selected: true });
  expect(chosen.getAttribute("aria-label")).toMatch(/^Change of pattern, 2026-02-02 02:44/);
});
