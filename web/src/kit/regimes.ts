/** The six regimes: word, shape, colour and one plain line each. */

export const regimeLabels = [
  "initializing",
  "stable",
  "transitional",
  "chaotic",
  "phase_change",
  "anomalous",
] as const;
export type RegimeLabel = (typeof regimeLabels)[number];
export type Shape = "ring" | "disc" | "diamond" | "triangle" | "square" | "cross" | "check" | "dash" | "flag";

type Look = { word: string; shape: Shape; hint: string };

const looks: Record<RegimeLabel, Look> = {
  initializing: { word: "Initializing", shape: "ring", hint: "Too little has been seen to name a regime." },
  stable: { word: "Stable", shape: "disc", hint: "The readings stay around one operating point." },
  transitional: { word: "Transitional", shape: "diamond", hint: "The readings move from one operating point to another." },
  chaotic: { word: "Chaotic", shape: "triangle", hint: "Small differences grow quickly; far forecasts mean little." },
  phase_change: { word: "Phase change", shape: "square", hint: "The system changes its kind of order, as water does when it boils." },
  anomalous: { word: "Anomalous", shape: "cross", hint: "Unlike anything seen so far from this source." },
};

/** How a regime is drawn and called; an unknown label keeps its own word. */
export function regimeLook(label: string): Look & { colour: string } {
  const known = looks[label as RegimeLabel];
  if (known) return { ...known, colour: `var(--regime-${label})` };
  return { word: label, shape: "ring", hint: "", colour: "var(--regime-initializing)" };
}
