import { expect, test } from "vitest";

import { followedRecord } from "@/testing/followed-record";

import { marksOf, rangeOf, seriesOf, stretchesOf, summaryOf, timeOf, wordsOf } from "./regime-model";

const record = followedRecord();

test("a sample that is not drawn lies on the line between its neighbours", () => {
  const [start] = rangeOf(record);
  expect([0, 3, 4, 5, 9].map((sample) => timeOf(record.preview, sample) - start)).toEqual([0, 180, 240, 300, 540]);
  expect(timeOf(record.preview, 99)).toBe(record.preview.times.at(-1));
});

test("stretches join up, cover the record and say what began them", () => {
  const [first, second] = stretchesOf(record);
  const [start, end] = rangeOf(record);
  expect([first!.from, first!.to, second!.from, second!.to]).toEqual([start, start + 240, start + 240, end]);
  expect(first!.evidence).toBe("From the first sample on.");
  expect(second!.evidence).toBe("Small differences grow.");
});

test("marks carry the server's evidence and the odds against it", () => {
  const [change, anomaly] = marksOf(record);
  expect(change!.evidence).toMatch(/^flow: the mean went from 1 to 2.*1\sin\s500\s000\.$/);
  expect(anomaly!.kind).toBe("anomaly");
  expect(anomaly!.to).toBe(anomaly!.from);
  expect(anomaly!.evidence).toMatch(/^One sample unlike.*1\sin\s2\s000\.$/);
});

test("a chart says its range and that it is thinned", () => {
  expect(summaryOf(seriesOf(record, "flow"), record)).toBe(
    "flow lies between 1 and 2\u2009kg/s in 10 samples. Drawn: the lowest and the highest reading of each stretch.",
  );
  const silent = { ...seriesOf(record, "flow"), observed: [null, null, null, null] };
  expect(summaryOf(silent, record)).toBe("flow has no reading here.");
});

test("a record without dates counts on its own clock", () => {
  const undated = followedRecord({ preview: { ...record.preview, absolute: false, times: [0, 3, 6, 9] } });
  expect(wordsOf(undated, "utc").tick(6, 9)).toBe("6 s");
  expect(wordsOf(undated, "utc").cell(6)).toBe(6);
  expect(wordsOf(record, "utc").cell(record.preview.times[0]!)).toBe("2026-02-02T02:40:00.000Z");
});
