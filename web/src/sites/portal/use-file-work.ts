import { useCallback, useEffect, useRef, useState } from "react";

import { asProblem } from "@/data/client";
import type { Problem } from "@/data/types";

export type FileWork = { state: "idle" } | { state: "running"; file: File } | { state: "failed"; file: File; problem: Problem };

type Send<Answer> = (file: File, signal: AbortSignal) => Promise<Answer>;

/** One file at a time is sent and its answer handed on; another file, or leaving the page, stops the one before. */
export function useFileWork<Answer>(send: Send<Answer>, onAnswer: (answer: Answer) => void) {
  const [work, setWork] = useState<FileWork>({ state: "idle" });
  const abort = useRef<AbortController | null>(null);
  const latest = useRef({ send, onAnswer });
  latest.current = { send, onAnswer };

  const start = useCallback((file: File) => {
    abort.current?.abort();
    const stop = new AbortController();
    abort.current = stop;
    setWork({ state: "running", file });
    latest.current.send(file, stop.signal).then(
      (answer) => latest.current.onAnswer(answer),
      (error: unknown) => {
        if (!stop.signal.aborted) setWork({ state: "failed", file, problem: asProblem(error) });
      },
    );
  }, []);
  const cancel = () => {
    abort.current?.abort();
    setWork({ state: "idle" });
  };
  useEffect(() => () => abort.current?.abort(), []);
  return { work, start, cancel };
}
