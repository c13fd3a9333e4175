import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { StreamSocket, type StreamStatus } from "@/data/stream-socket";
import { dice, FakeSocket, FakeSource } from "@/testing/fake-socket";

let statuses: StreamStatus[] = [];
let socket: StreamSocket;
const phase = () => statuses.at(-1)?.phase;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  FakeSocket.opened = [];
  statuses = [];
  socket = new StreamSocket("/v1/bridge/stream", { onChange: () => {}, onStatus: (status) => statuses.push(status) });
  socket.start();
});
afterEach(() => {
  socket.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a first visit asks for all there is", () => {
  expect(FakeSocket.last.after).toBeNull();
});

test("twenty random cuts lose and double nothing", () => {
  const source = new FakeSource();
  const roll = dice(7);
  source.serve(FakeSocket.last);
  for (let cut = 0; cut < 20; cut += 1) {
    const steps = Math.floor(roll() * 12);
    for (let step = 0; step < steps; step += 1) {
      const message = source.sample();
      FakeSocket.last.send(message);
      if (roll() < 0.2) FakeSocket.last.send(message);
    }
    FakeSocket.last.cut();
    for (let step = 0; step < roll() * 8; step += 1) source.sample();
    vi.advanceTimersByTime(400);
    source.serve(FakeSocket.last);
    expect(phase()).toBe("open");
  }
  expect(source.kept.length).toBeGreaterThan(80);
  expect(socket.log.view()!.values.flow).toEqual(source.kept.map((_, seq) => seq));
  expect(socket.log.view()!.missed).toBe(0);
});

test("a closed line is known at once, a frozen one within two seconds", () => {
  const source = new FakeSource();
  source.serve(FakeSocket.last);
  FakeSocket.last.send(source.sample());
  FakeSocket.last.cut();
  expect(phase()).toBe("lost");

  vi.advanceTimersByTime(400);
  source.serve(FakeSocket.last);
  FakeSocket.last.send(source.sample());
  expect(phase()).toBe("open");
  vi.advanceTimersByTime(2000);
  expect(phase()).toBe("lost");
});

test("a source that is only slow is not called cut", () => {
  const source = new FakeSource();
  source.serve(FakeSocket.last);
  let known = FakeSocket.opened.length;
  for (let second = 0; second < 120; second += 1) {
    if (second % 9 === 0) FakeSocket.last.send(source.sample());
    vi.advanceTimersByTime(500);
    if (FakeSocket.opened.length > known) source.serve(FakeSocket.last);
    known = FakeSocket.opened.length;
    vi.advanceTimersByTime(500);
    if (FakeSocket.opened.length > known) source.serve(FakeSocket.last);
    known = FakeSocket.opened.length;
  }
  expect(statuses.some((status) => status.phase === "lost")).toBe(false);
  expect(FakeSocket.opened.length).toBeLessThan(12);
  expect(socket.log.view()!.values.flow).toEqual(source.kept.map((_, seq) => seq));
});

test("waiting grows between attempts but never beyond five seconds", () => {
  const waits: number[] = [];
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const began = Date.now();
    const before = FakeSocket.opened.length;
    FakeSocket.last.cut();
    expect(phase()).toBe("failed");
    while (FakeSocket.opened.length === before) vi.advanceTimersByTime(10);
    waits.push(Date.now() - began);
  }
  expect(Math.max(...waits)).toBeLessThanOrEqual(5000);
  expect(waits[0]!).toBeLessThan(400);
  expect(waits.at(-1)!).toBeGreaterThan(2500);
});

test("a message that never came is asked for once, then counted as missed", () => {
  const source = new FakeSource();
  source.serve(FakeSocket.last);
  FakeSocket.last.send(source.sample());
  source.sample();
  const third = source.sample();
  FakeSocket.last.send(third);
  expect(FakeSocket.last.after).toBe(0);
  FakeSocket.last.send(source.hello());
  FakeSocket.last.send(third);
  FakeSocket.last.send(source.hello());
  FakeSocket.last.send(third);
  expect(socket.log.view()!.values.flow).toEqual([0, 2]);
  expect(socket.log.view()!.missed).toBe(1);
});

test("a server without a plant says so, and is asked again later", () => {
  FakeSocket.last.cut(1013);
  expect(phase()).toBe("absent");
  const before = FakeSocket.opened.length;
  vi.advanceTimersByTime(16_000);
  expect(FakeSocket.opened.length).toBe(before + 1);
});

test("after the page is left nothing is opened any more", () => {
  socket.stop();
  const before = FakeSocket.opened.length;
  vi.advanceTimersByTime(60_000);
  expect(FakeSocket.opened.length).toBe(before);
});
