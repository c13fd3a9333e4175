/** Holds one WebSocket open: notices a cut within two seconds and goes on where it stopped. */
import { StreamLog } from "@/data/stream-log";
import type { StreamMessage } from "@/data/stream-messages";

export type StreamStatus =
  | { phase: "connecting" }
  | { phase: "open" }
  | { phase: "lost"; attempt: number }
  | { phase: "failed"; attempt: number }
  /** The server runs no live source; it is asked again now and then. */
  | { phase: "absent" };

type Hooks = { onChange: () => void; onStatus: (status: StreamStatus) => void };

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4000;
const ABSENT_WAIT_MS = 15_000;
/** How long a quiet line is trusted at first, and how long a new one may take to greet. */
const SHORTEST_PATIENCE_MS = 1100;
const LONGEST_PATIENCE_MS = 30_000;
const GREETING_MS = 800;
const FIRST_GREETING_MS = 5000;
const NO_SOURCE = 1013;

export class StreamSocket {
  readonly log = new StreamLog();
  readonly #path: string;
  readonly #hooks: Hooks;
  #socket: WebSocket | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #gapAt: number | null = null;
  #patience = SHORTEST_PATIENCE_MS;
  #heardAt = 0;
  #stopped = false;

  constructor(path: string, hooks: Hooks) {
    this.#path = path;
    this.#hooks = hooks;
  }

  start(): void {
    this.#stopped = false;
    window.addEventListener("offline", this.#cut);
    window.addEventListener("online", this.retryNow);
    this.#open();
  }

  stop(): void {
    this.#stopped = true;
    window.removeEventListener("offline", this.#cut);
    window.removeEventListener("online", this.retryNow);
    clearTimeout(this.#retry);
    this.#drop();
  }

  /** Tries at once instead of waiting for the next attempt. */
  readonly retryNow = (): void => {
    if (this.#stopped) return;
    clearTimeout(this.#retry);
    this.#drop();
    this.#open();
  };

  #open(): void {
    const from = this.log.last < 0 ? "" : `?after=${this.log.last}`;
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}${this.#path}${from}`);
    this.#socket = socket;
    socket.onmessage = (event) => this.#take(JSON.parse(String(event.data)) as StreamMessage);
    socket.onclose = (event) => (event.code === NO_SOURCE ? this.#absent() : this.#cut());
    this.#expect(this.log.ready ? GREETING_MS : FIRST_GREETING_MS, this.#cut);
  }

  #take(message: StreamMessage): void {
    const verdict = this.log.apply(message);
    if (verdict === "gap" && message.type !== "hello") return this.#recover(message.seq);
    if (verdict === "restarted" || verdict === "shortened") return this.retryNow();
    if (message.type !== "hello") this.#heard();
    this.#attempt = 0;
    this.#hooks.onStatus({ phase: "open" });
    this.#hooks.onChange();
    this.#expect(this.#patience, this.#probe);
  }

  /** Learns how often the source speaks, so that a slow one is not taken for a cut line. */
  #heard(): void {
    const gap = Math.min(Date.now() - this.#heardAt, LONGEST_PATIENCE_MS / 2.5);
    if (this.#heardAt > 0 && gap > 20) this.#patience = clamp(Math.max(2.5 * gap, this.#patience * 0.9));
    this.#heardAt = Date.now();
  }

  /** The line is quiet: a greeting on a new one tells a silent source from a cut line. */
  readonly #probe = (): void => {
    this.#patience = clamp(this.#patience * 2);
    this.retryNow();
  };

  /** Asks once for what is missing; if the source skips it again, it is gone and counted. */
  #recover(seq: number): void {
    if (this.#gapAt === this.log.last) this.log.skipTo(seq);
    this.#gapAt = this.log.last;
    this.retryNow();
  }

  #expect(limit: number, otherwise: () => void): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(otherwise, limit);
  }

  #drop(): void {
    clearTimeout(this.#watch);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onmessage = null;
    socket.onclose = null;
    // Closing before it is open would be reported as a failure in the console.
    if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
    else socket.close();
  }

  #absent(): void {
    this.#drop();
    this.#hooks.onStatus({ phase: "absent" });
    this.#retry = setTimeout(this.retryNow, ABSENT_WAIT_MS);
  }

  readonly #cut = (): void => {
    if (this.#stopped) return;
    this.#drop();
    this.#attempt += 1;
    this.#hooks.onStatus({ phase: this.log.ready ? "lost" : "failed", attempt: this.#attempt });
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.#attempt - 1));
    clearTimeout(this.#retry);
    this.#retry = setTimeout(this.retryNow, wait * (0.8 + 0.4 * Math.random()));
  };
}

const clamp = (patience: number) => Math.min(LONGEST_PATIENCE_MS, Math.max(SHORTEST_PATIENCE_MS, patience));
