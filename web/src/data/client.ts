/** Requests to the own origin; every failure becomes a `ProblemError`. */
import type { OpenApi } from "@/data/openapi";
import type { AtlasSummary, KeptRegimes, PredictDocument, Problem, RegimePage, RunPage, VerifyAnswer } from "@/data/types";

/** What went wrong, in the words of the server where it spoke. */
export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ProblemError";
    this.problem = problem;
  }
}

const problem = (part: Partial<Problem>): ProblemError =>
  new ProblemError({
    type: "about:blank",
    title: "Something failed",
    status: 0,
    detail: "",
    code: "unknown",
    hint: "",
    trace_id: "",
    context: {},
    ...part,
  });

/** Any thrown value as a problem that can be shown. */
export function asProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return problem({
    title: "The page failed",
    detail: error instanceof Error ? error.message : String(error),
    code: "page",
    hint: "Reload the page. If it happens again, report it with what you did.",
  }).problem;
}

async function failure(response: Response): Promise<ProblemError> {
  const trace_id = response.headers.get("x-trace-id") ?? "";
  try {
    const body: unknown = await response.json();
    if (body && typeof body === "object" && "title" in body) return problem({ trace_id, status: response.status, ...(body as Partial<Problem>) });
  } catch {
    // Not JSON: a proxy or a crash answered; the status is all there is.
  }
  return problem({
    title: "The server answered with an error",
    status: response.status,
    detail: `Status ${response.status} for ${new URL(response.url).pathname}, without an explanation.`,
    code: `http_${response.status}`,
    hint: "Try again in a moment.",
    trace_id,
  });
}

async function request(path: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw problem({
      title: "The server does not answer",
      detail: `No answer from ${location.host}.`,
      code: "unreachable",
      hint: "Check that it runs (make up) and that you are connected, then retry.",
    });
  }
  if (!response.ok) throw await failure(response);
  return response;
}

async function json<T>(path: string, init?: RequestInit): Promise<T> {
  return (await (await request(path, init)).json()) as T;
}

const segment = encodeURIComponent;

export const fetchRun = (traceId: string, signal: AbortSignal) =>
  json<PredictDocument>(`/v1/bridge/runs/${segment(traceId)}`, { signal });

export const fetchRuns = (pageToken: string, signal: AbortSignal) =>
  json<RunPage>(`/v1/bridge/runs?page_size=100${pageToken && `&page_token=${segment(pageToken)}`}`, { signal });

export const fetchAtlas = (signal: AbortSignal) => json<AtlasSummary>("/v1/atlas/summary", { signal });

export const runFileUrl = (traceId: string, name: string) =>
  `/v1/bridge/runs/${segment(traceId)}/files/${segment(name)}`;

export const fetchOpenApi = (signal: AbortSignal) => json<OpenApi>("/openapi.json", { signal });

export const proofUrl = (proofId: string) => `/v1/proofs/${segment(proofId)}`;

export const fetchProof = (proofId: string, signal?: AbortSignal) =>
  json<unknown>(proofUrl(proofId), signal ? { signal } : {});

/** Sends the signed file back, so that the server checks it as it would check a stranger's. */
export async function verifyProof(proofId: string, signal: AbortSignal): Promise<VerifyAnswer> {
  const envelope = await (await request(proofUrl(proofId), { signal })).text();
  return json<VerifyAnswer>("/v1/proofs/verify", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: envelope,
    signal,
  });
}

export type PredictOptions = { variable: string; horizon: string; domain: string };

/** The form of one forecast; empty options are left out. */
export function predictForm(file: File, options: PredictOptions): FormData {
  const form = new FormData();
  form.set("file", file, file.name);
  for (const [name, value] of Object.entries(options)) if (value) form.set(name, value);
  return form;
}

export const postPredict = (file: File, options: PredictOptions, signal: AbortSignal) =>
  json<PredictDocument>("/v1/bridge/predict", { method: "POST", body: predictForm(file, options), signal });

export type RegimeOptions = { columns: string; false_alarms: string };

/** The form of one record to follow; empty options are left out. */
export function regimeForm(file: File, options: RegimeOptions): FormData {
  const form = new FormData();
  form.set("file", file, file.name);
  for (const [name, value] of Object.entries(options)) if (value) form.set(name, value);
  return form;
}

export const postRegime = (file: File, options: RegimeOptions, signal: AbortSignal) =>
  json<KeptRegimes>("/v1/regime", { method: "POST", body: regimeForm(file, options), signal });

export const fetchRegime = (id: string, signal: AbortSignal) => json<KeptRegimes>(`/v1/regime/${segment(id)}`, { signal });

export const fetchRegimes = (pageToken: string, signal: AbortSignal) =>
  json<RegimePage>(`/v1/regime/history?page_size=20${pageToken && `&page_token=${segment(pageToken)}`}`, { signal });
