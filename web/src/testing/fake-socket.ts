/** A WebSocket whose far end is in the test's hands. */
import type { Hello, Numbered } from "@/data/stream-messages";

export class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static opened: FakeSocket[] = [];
  static get last(): FakeSocket {
    return FakeSocket.opened.at(-1)!;
  }

  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onopen: (() => void) | null = null;
  readyState = FakeSocket.OPEN;
  closed = false;
  readonly url: string;

  constructor(url: string) {
    this.url = url;
    FakeSocket.opened.push(this);
  }

  /** What the client asked to go on after; null on a first visit. */
  get after(): number | null {
    const text = new URL(this.url).searchParams.get("after");
    return text === null ? null : Number(text);
  }

  send(message: Hello | Numbered): void {
    if (!this.closed) this.onmessage?.({ data: JSON.stringify(message) });
  }

  cut(code = 1006): void {
    this.closed = true;
    this.onclose?.({ code });
  }

  close(): void {
    this.closed = true;
  }
}

/** A source that numbers its samples from zero and answers `?after=` as the server does. */
export class FakeSource {
  readonly kept: Numbered[] = [];
  oldest = 0;

  hello(): Hello {
    return {
      type: "hello",
      source: "plant",
      title: "Plant",
      simulated: true,
      step_s: 1,
      channels: [{ name: "flow", unit: "kg/s", title: "Feed flow" }],
      oldest: this.oldest,
      next: this.kept.length,
    };
  }

  sample(): Numbered {
    const seq = this.kept.length;
    const time = new Date(1_700_000_000_000 + seq * 1000).toISOString();
    const message: Numbered = { type: "samples", seq, time, values: { flow: seq } };
    this.kept.push(message);
    return message;
  }

  /** Greets a new connection and sends what it has not seen. */
  serve(socket: FakeSocket): void {
    socket.send(this.hello());
    const from = Math.max(this.oldest, (socket.after ?? -1) + 1);
    for (const message of this.kept.slice(from)) socket.send(message);
  }
}

/** Repeatable numbers in [0, 1). */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
