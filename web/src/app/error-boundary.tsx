import { Component, type ReactNode } from "react";

import { asProblem } from "@/data/client";
import { ProblemNotice } from "@/kit/problem-notice";

type State = { error: unknown };

/** Turns a crash of a site into words and a way on. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };
  static getDerivedStateFromError = (error: unknown): State => ({ error });

  override render() {
    if (this.state.error === null) return this.props.children;
    return <ProblemNotice doing="This page could not be drawn." problem={asProblem(this.state.error)} onRetry={() => location.reload()} />;
  }
}
