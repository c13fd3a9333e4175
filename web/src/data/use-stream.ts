/** The live stream as React state, redrawn at most five times a second. */
import { useEffect, useRef, useState } from "react";

import type { StreamView } from "@/data/stream-log";
import { StreamSocket, type StreamStatus } from "@/data/stream-socket";

const REDRAW_MS = 200;

export function useStream(path: string) {
  const [status, setStatus] = useState<StreamStatus>({ phase: "connecting" });
  const [view, setView] = useState<StreamView | null>(null);
  const socket = useRef<StreamSocket | null>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stream = new StreamSocket(path, {
      onChange: () => {
        if (!stream.log.caughtUp) return;
        timer ??= setTimeout(() => {
          timer = undefined;
          setView(stream.log.view());
        }, REDRAW_MS);
      },
      onStatus: (next) => setStatus((now) => (now.phase === "open" && next.phase === "open" ? now : next)),
    });
    socket.current = stream;
    stream.start();
    return () => {
      clearTimeout(timer);
      stream.stop();
    };
  }, [path]);

  return { status, view, retry: () => socket.current?.retryNow() };
}
