/** What `WS /v1/bridge/stream` sends, one JSON object a message. */
import type { PredictDocument } from "@/data/types";

export type Channel = { name: string; unit: string; title: string };

export type Hello = {
  type: "hello";
  source: string;
  title: string;
  simulated: boolean;
  step_s: number;
  channels: Channel[];
  /** Sequence number of the oldest message still kept. */
  oldest: number;
  /** Sequence number that the next new message will get. */
  next: number;
};
export type Samples = { type: "samples"; seq: number; time: string; values: Record<string, number | null> };
export type RegimeChange = {
  type: "regime";
  seq: number;
  time: string;
  label: string;
  confirmed: boolean;
  evidence: string;
};
export type Prediction = { type: "prediction"; seq: number; time: string; document: PredictDocument };
export type Settled = {
  type: "settled";
  seq: number;
  proof_id: string;
  parent: string;
  skill: number | null;
  coverage: number | null;
  mintable: boolean;
};
/** A forecast that the source could not make. */
export type Trouble = { type: "problem"; seq: number; code: string; detail: string };
/** The pattern of the readings is another one from `time` on. */
export type Change = { type: "change"; seq: number; time: string; detected_time: string; score: number; evidence: string };
/** Readings unlike all before; told when they begin and again when they are over. */
export type Anomaly = { type: "anomaly"; seq: number; time: string; end_time: string; score: number; going_on: boolean };
export type Numbered = Samples | RegimeChange | Prediction | Settled | Trouble | Change | Anomaly;
export type StreamMessage = Hello | Numbered;
