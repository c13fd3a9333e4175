/** A followed record: a change at sample 4 of 10, an anomaly at 7, a minute a sample. */
import type { KeptRegimes } from "@/data/types";

const BEGAN = 1_770_000_000;
const moment = (sample: number) => new Date((BEGAN + 60 * sample) * 1000).toISOString();

export function followedRecord(change: Partial<KeptRegimes> = {}): KeptRegimes {
  const segment = (start: number, end: number) => ({ start, end, start_time: moment(start), end_time: moment(end - 1) });
  return {
    id: `rgm_${"0".repeat(32)}`,
    created: "2026-02-02T10:00:00+00:00",
    input: {
      kind: "signals", name: "pump.csv", sha256: "ab".repeat(32), rows: 10, shape: [10, 1],
      variables: ["flow"], units: { flow: "kg/s" }, start: moment(0), step_s: 60, warnings: [],
    },
    n: 10,
    false_alarms: 1e-4,
    change_points: [
      { index: 4, time: moment(4), score: 0.999998, detected: 6, detected_time: moment(6), evidence: "flow: the mean went from 1 to 2; announced 2 samples later." },
    ],
    segments: [
      { ...segment(0, 4), label: "stable", confirmed: true, probability: 0.9 },
      { ...segment(4, 10), label: "chaotic", confirmed: false, probability: 0.6 },
    ],
    anomalies: [{ ...segment(7, 8), score: 0.9995 }],
    regime: { label: "chaotic", confirmed: false, probabilities: { chaotic: 0.6, stable: 0.4 }, features: {}, evidence: "Small differences grow." },
    recommended_action: "investigate",
    risk_level: "high",
    scores_path: null,
    scores: null,
    preview: {
      samples: [0, 3, 6, 9],
      times: [0, 3, 6, 9].map((sample) => BEGAN + 60 * sample),
      absolute: true,
      thinned: true,
      values: { flow: [1, 1.1, null, 2] },
    },
    ...change,
  };
}
