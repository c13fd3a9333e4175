import { useEffect, useState } from "react";

type Props = { text: string; label: string; shown?: string };

/** Copies a text and says so. */
export function CopyButton({ text, label, shown = "Copy" }: Props) {
  const [state, setState] = useState<"idle" | "copied" | "refused">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), 2000);
    return () => clearTimeout(timer);
  }, [state]);

  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setState("copied"),
      () => setState("refused"),
    );
  return (
    <button type="button" className="ghost" onClick={copy} aria-label={label}>
      <span aria-live="polite">{state === "copied" ? "Copied" : state === "refused" ? "Not allowed" : shown}</span>
    </button>
  );
}
