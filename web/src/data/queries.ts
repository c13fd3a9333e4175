/** Query options: what is cached under which key. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { fetchAtlas, fetchOpenApi, fetchRegime, fetchRegimes, fetchRun, fetchRuns, verifyProof } from "@/data/client";

/** A finished run never changes. */
export const runQuery = (traceId: string) =>
  queryOptions({
    queryKey: ["run", traceId],
    queryFn: ({ signal }) => fetchRun(traceId, signal),
    staleTime: Infinity,
  });

export const runsQuery = infiniteQueryOptions({
  queryKey: ["runs"],
  queryFn: ({ pageParam, signal }) => fetchRuns(pageParam, signal),
  initialPageParam: "",
  getNextPageParam: (last) => last.next_page_token || undefined,
});

/** A followed record never changes. */
export const regimeQuery = (id: string) =>
  queryOptions({
    queryKey: ["regime", id],
    queryFn: ({ signal }) => fetchRegime(id, signal),
    staleTime: Infinity,
  });

export const regimesQuery = infiniteQueryOptions({
  queryKey: ["regimes"],
  queryFn: ({ pageParam, signal }) => fetchRegimes(pageParam, signal),
  initialPageParam: "",
  getNextPageParam: (last) => last.next_page_token || undefined,
});

const LOOK_EVERY_MS = 2000;

/** The atlas in numbers; asked again while it grows. */
export const atlasQuery = queryOptions({
  queryKey: ["atlas"],
  queryFn: ({ signal }) => fetchAtlas(signal),
  refetchInterval: ({ state }) => (state.data?.build.state === "building" ? LOOK_EVERY_MS : false),
});

export const openApiQuery = queryOptions({
  queryKey: ["openapi"],
  queryFn: ({ signal }) => fetchOpenApi(signal),
  staleTime: Infinity,
});

export const verifyQuery = (proofId: string) =>
  queryOptions({
    queryKey: ["verify", proofId],
    queryFn: ({ signal }) => verifyProof(proofId, signal),
    staleTime: Infinity,
  });
