import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Suspense } from "react";
import { BrowserRouter, Route, Routes } from "react-router";

import { ErrorBoundary } from "@/app/error-boundary";
import { Shell } from "@/app/shell";
import { sites } from "@/sites/registry";

const client = new QueryClient({ defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false } } });

/** The shell and, inside it, whichever site the address names. */
export function App() {
  return (
    <QueryClientProvider client={client}>
      <BrowserRouter useTransitions={false}>
        <Shell>
          <ErrorBoundary>
            <Suspense fallback={<div className="skeleton page-skeleton" role="status" aria-label="Loading the page" />}>
              <Routes>
                {sites.map(({ slug, path, Page }) => (
                  <Route key={slug} path={path} element={<Page />} />
                ))}
              </Routes>
            </Suspense>
          </ErrorBoundary>
        </Shell>
      </BrowserRouter>
    </QueryClientProvider>
  );
}
