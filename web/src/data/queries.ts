/** Query options: what is cached under which key. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { fetchOpenApi, fetchRun, fetchRuns, verifyProof } from "@/data/client";

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
