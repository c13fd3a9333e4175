/** Single-key shortcuts: silent while typing, and when the reader has turned them off. */
import { singleKeysOn } from "@/kit/preferences";

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Calls back on the key; returns how to stop listening. */
export function onShortcut(key: string, run: () => void): () => void {
  const listen = (event: KeyboardEvent) => {
    if (!singleKeysOn() || event.key !== key || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    run();
  };
  window.addEventListener("keydown", listen);
  return () => window.removeEventListener("keydown", listen);
}

/** What the help dialog lists. */
export const shortcuts = [
  { key: "?", does: "Open this help" },
  { key: "f", does: "Choose a file to forecast" },
  { key: "p", does: "Pause or resume the live charts" },
  { key: "z", does: "Switch between UTC and local time" },
] as const;
