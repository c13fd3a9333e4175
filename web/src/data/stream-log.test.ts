import { expect, test } from "vitest";

import { StreamLog } from "@/data/stream-log";
import { FakeSource } from "@/testing/fake-socket";

function greeted(source: FakeSource): StreamLog {
  const log = new StreamLog();
  expect(log.apply(source.hello())).toBe("applied");
  return log;
}

test("each sample is kept once, in order", () => {
  const source = new FakeSource();
  const log = greeted(source);
  const messages = [source.sample(), source.sample(), source.sample()];
  expect(messages.map((message) => log.apply(message))).toEqual(["applied", "applied", "applied"]);
  expect(log.apply(messages[1]!)).toBe("repeated");
  expect(log.view()!.values.flow).toEqual([0, 1, 2]);
});

test("a message out of turn changes nothing", () => {
  const source = new FakeSource();
  const log = greeted(source);
  log.apply(source.sample());
  source.sample();
  expect(log.apply(source.sample())).toBe("gap");
  expect(log.last).toBe(0);
  expect(log.view()!.values.flow).toEqual([0]);
});

test("what the source no longer keeps is counted, not hidden", () => {
  const source = new FakeSource();
  const log = greeted(source);
  log.apply(source.sample());
  for (let step = 0; step < 9; step += 1) source.sample();
  source.oldest = 6;
  log.apply(source.hello());
  expect(log.view()!.missed).toBe(5);
  expect(log.apply(source.kept[6]!)).toBe("applied");
});

test("a first visit to an old stream has missed nothing", () => {
  const source = new FakeSource();
  for (let step = 0; step < 9; step += 1) source.sample();
  source.oldest = 6;
  const log = greeted(source);
  expect(log.apply(source.kept[6]!)).toBe("applied");
  expect(log.view()!.missed).toBe(0);
});

test("of a long past only the newest part is asked for, and it counts as nothing missed", () => {
  const source = new FakeSource();
  for (let step = 0; step < 5000; step += 1) source.sample();
  const log = new StreamLog();
  expect(log.apply(source.hello())).toBe("shortened");
  expect(log.last).toBe(3999);
  expect(log.caughtUp).toBe(false);
  for (const message of source.kept.slice(4000)) log.apply(message);
  expect(log.caughtUp).toBe(true);
  expect(log.view()!.missed).toBe(0);
});

test("a source that began anew starts a new picture", () => {
  const source = new FakeSource();
  const log = greeted(source);
  for (let step = 0; step < 5; step += 1) log.apply(source.sample());
  expect(log.apply(new FakeSource().hello())).toBe("restarted");
  expect(log.view()!.times).toEqual([]);
  expect(log.last).toBe(-1);
});

test("a regime that is confirmed later becomes a band of its own", () => {
  const log = greeted(new FakeSource());
  const mark = { type: "regime", label: "stable", evidence: "" } as const;
  log.apply({ ...mark, seq: 0, time: "2026-01-01T00:00:00Z", confirmed: false });
  log.apply({ ...mark, seq: 1, time: "2026-01-01T00:00:05Z", confirmed: false });
  log.apply({ ...mark, seq: 2, time: "2026-01-01T00:00:09Z", confirmed: true });
  expect(log.view()!.regimes.map((each) => each.confirmed)).toEqual([false, true]);
});

test("changes and anomalies are kept by time; one that is over replaces what was told at its start", () => {
  const log = greeted(new FakeSource());
  const at = (second: number) => `2026-01-01T00:00:0${second}Z`;
  const anomaly = { type: "anomaly", time: at(5), score: 0.999 } as const;
  log.apply({ ...anomaly, seq: 0, end_time: at(5), going_on: true });
  log.apply({ type: "change", seq: 1, time: at(2), detected_time: at(6), score: 0.99, evidence: "flow rose" });
  log.apply({ ...anomaly, seq: 2, end_time: at(7), going_on: false });
  const marks = log.view()!.marks;
  expect(marks.map((mark) => mark.kind)).toEqual(["change", "anomaly"]);
  expect(marks[1]!.to - marks[1]!.from).toBe(2);
  expect(marks[1]).toHaveProperty("goingOn", false);
});

test("a source that began anew takes its marks along", () => {
  const source = new FakeSource();
  const log = greeted(source);
  source.sample();
  log.apply(source.kept[0]!);
  log.apply({ type: "change", seq: 1, time: "2026-01-01T00:00:00Z", detected_time: "2026-01-01T00:00:01Z", score: 0.9, evidence: "" });
  log.apply(new FakeSource().hello());
  expect(log.view()!.marks).toEqual([]);
});

test("memory is bounded and keeps the newest", () => {
  const source = new FakeSource();
  const log = greeted(source);
  for (let step = 0; step < 20_000; step += 1) log.apply(source.sample());
  const view = log.view()!;
  expect(view.times.length).toBeLessThanOrEqual(7800);
  expect(view.values.flow!.length).toBe(view.times.length);
  expect(view.values.flow!.at(-1)).toBe(19_999);
});

test("a view never changes under its reader", () => {
  const source = new FakeSource();
  const log = greeted(source);
  log.apply(source.sample());
  const before = log.view()!;
  log.apply(source.sample());
  expect(before.values.flow).toEqual([0]);
});
