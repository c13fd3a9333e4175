import { useState } from "react";

import type { StreamView } from "@/data/stream-log";

/** Keeps the picture still while it is being read. */
export function useHeld(view: StreamView | null, hold: boolean): StreamView | null {
  const [kept, setKept] = useState(view);
  if (!hold && kept !== view) setKept(view);
  return hold ? (kept ?? view) : view;
}
