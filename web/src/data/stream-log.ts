/** Keeps what the stream said: each message once, in order, nothing lost without a trace. */
import type { Anomaly, Change, Channel, Hello, Numbered, Prediction, Settled, StreamMessage, Trouble } from "@/data/stream-messages";

export type RegimeMark = { from: number; label: string; confirmed: boolean; evidence: string };

/** A change of the pattern, or readings unlike all before; epoch seconds. */
export type StreamMark =
  | { kind: "change"; from: number; to: number; told: number; score: number; evidence: string }
  | { kind: "anomaly"; from: number; to: number; score: number; goingOn: boolean };

/** A picture of the log at one moment; its arrays never change. */
export type StreamView = {
  source: string;
  title: string;
  simulated: boolean;
  stepS: number;
  channels: readonly Channel[];
  /** Epoch seconds. */
  times: readonly number[];
  values: Readonly<Record<string, readonly (number | null)[]>>;
  regimes: readonly RegimeMark[];
  /** By time. */
  marks: readonly StreamMark[];
  prediction: Prediction | null;
  settled: Settled | null;
  /** Why the newest forecast could not be made; null once one succeeds. */
  trouble: Trouble | null;
  /** Messages that the source no longer had when we came back. */
  missed: number;
  last: number;
};

export type Verdict = "applied" | "repeated" | "gap" | "restarted" | "shortened";

/** Of a long past, a first visit takes the newest messages only. */
const FIRST_VISIT = 1000;
const KEEP = 7200;
const SLACK = 600;
const MOST_MARKS = 200;
const epoch = (time: string) => Date.parse(time) / 1000;

export class StreamLog {
  #hello: Hello | null = null;
  #times: number[] = [];
  #values = new Map<string, (number | null)[]>();
  #regimes: RegimeMark[] = [];
  #marks: StreamMark[] = [];
  #prediction: Prediction | null = null;
  #settled: Settled | null = null;
  #trouble: Trouble | null = null;
  #missed = 0;
  #last: number | null = null;

  /** Number of the last message applied, what `?after=` asks to go on from; -1 before the first. */
  get last(): number {
    return this.#last ?? -1;
  }

  get stepS(): number {
    return this.#hello?.step_s ?? 1;
  }

  /** Whether all that the source had said when it greeted is in; before, a picture would flicker. */
  get caughtUp(): boolean {
    return this.#hello !== null && this.last >= this.#hello.next - 1;
  }

  get ready(): boolean {
    return this.#hello !== null;
  }

  /** Takes one message. A `gap` leaves the log as it was: reconnect with `?after=last`. */
  apply(message: StreamMessage): Verdict {
    return message.type === "hello" ? this.#greet(message) : this.#follow(message);
  }

  /** Accepts that the source no longer has what lies before `seq`. */
  skipTo(seq: number): void {
    if (this.#last !== null && seq > this.#last + 1) this.#missed += seq - this.#last - 1;
    this.#last = seq - 1;
  }

  view(): StreamView | null {
    const hello = this.#hello;
    if (!hello) return null;
    return {
      source: hello.source,
      title: hello.title,
      simulated: hello.simulated,
      stepS: hello.step_s,
      channels: hello.channels,
      times: this.#times.slice(),
      values: Object.fromEntries([...this.#values].map(([name, column]) => [name, column.slice()])),
      regimes: this.#regimes.slice(),
      marks: this.#marks.slice(),
      prediction: this.#prediction,
      settled: this.#settled,
      trouble: this.#trouble,
      missed: this.#missed,
      last: this.last,
    };
  }

  #greet(hello: Hello): Verdict {
    const restarted = this.#hello !== null && (hello.source !== this.#hello.source || hello.next <= this.last);
    if (restarted) this.#forget();
    this.#hello = hello;
    for (const { name } of hello.channels)
      if (!this.#values.has(name)) this.#values.set(name, new Array<null>(this.#times.length).fill(null));
    if (this.#last === null) {
      this.#last = Math.max(hello.oldest, hello.next - FIRST_VISIT) - 1;
      return restarted ? "restarted" : this.#last >= hello.oldest ? "shortened" : "applied";
    }
    if (hello.oldest > this.#last + 1) this.skipTo(hello.oldest);
    return "applied";
  }

  #forget(): void {
    this.#times = [];
    this.#values.clear();
    this.#regimes = [];
    this.#marks = [];
    this.#prediction = null;
    this.#settled = null;
    this.#trouble = null;
    this.#missed = 0;
    this.#last = null;
  }

  #follow(message: Numbered): Verdict {
    if (this.#last === null) return "gap";
    if (message.seq <= this.#last) return "repeated";
    if (message.seq > this.#last + 1) return "gap";
    this.#last = message.seq;
    if (message.type === "samples") this.#sample(epoch(message.time), message.values);
    else if (message.type === "regime") this.#regime(message);
    else if (message.type === "change" || message.type === "anomaly") this.#mark(message);
    else if (message.type === "prediction") [this.#prediction, this.#trouble] = [message, null];
    else if (message.type === "settled") this.#settled = message;
    else if (message.type === "problem") this.#trouble = message;
    return "applied";
  }

  #sample(time: number, values: Record<string, number | null>): void {
    this.#times.push(time);
    for (const [name, column] of this.#values) column.push(values[name] ?? null);
    if (this.#times.length <= KEEP + SLACK) return;
    this.#times.splice(0, SLACK);
    for (const column of this.#values.values()) column.splice(0, SLACK);
    const start = this.#times[0]!;
    this.#regimes = this.#regimes.filter((_, at, all) => (all[at + 1]?.from ?? Infinity) > start);
  }

  #mark(message: Change | Anomaly): void {
    const from = epoch(message.time);
    const mark: StreamMark =
      message.type === "change"
        ? { kind: "change", from, to: from, told: epoch(message.detected_time), score: message.score, evidence: message.evidence }
        : { kind: "anomaly", from, to: epoch(message.end_time), score: message.score, goingOn: message.going_on };
    const others = this.#marks.filter((each) => each.kind !== mark.kind || each.from !== mark.from);
    this.#marks = [...others, mark].sort((one, other) => one.from - other.from).slice(-MOST_MARKS);
  }

  #regime(message: { time: string; label: string; confirmed: boolean; evidence: string }): void {
    const { label, confirmed, evidence } = message;
    const current = this.#regimes.at(-1);
    if (current && current.label === label && current.confirmed === confirmed)
      this.#regimes[this.#regimes.length - 1] = { ...current, evidence };
    else this.#regimes.push({ from: epoch(message.time), label, confirmed, evidence });
  }
}
