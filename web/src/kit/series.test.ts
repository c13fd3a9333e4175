import { expect, test } from "vitest";

import { toCsv } from "@/kit/export";
import { joinSeries, type Series, seriesSheet } from "@/kit/series";

const values = {
  mean: [5, 6],
  lower: [4, 4],
  upper: [6, 8],
  inner_lower: [4.5, 5],
  inner_upper: [5.5, 7],
  persistence: [3, 3],
  seasonal_naive: null,
};
const series: Series = {
  name: "flow",
  unit: "kg/s",
  times: [0, 1, 2, 3],
  observed: [1, null, 3, 3.5],
  forecast: { origin: 2, times: [3, 4], values },
};

test("observation and forecast share one rising time axis", () => {
  const joined = joinSeries(series);
  expect(joined.times).toEqual([0, 1, 2, 3, 4]);
  expect(joined.observed).toEqual([1, null, 3, 3.5, undefined]);
  expect(joined.mean).toEqual([undefined, undefined, undefined, 5, 6]);
});

test("the table has the numbers of the picture, in full", () => {
  const sheet = seriesSheet(series, "time", (time) => time);
  expect(sheet.columns).toEqual(["time", "observed [kg/s]", "forecast", "90 % lower", "90 % upper", "50 % lower", "50 % upper", "last value held"]);
  expect(sheet.rows[3]).toEqual([3, 3.5, 5, 4, 6, 4.5, 5.5, 3]);
  expect(sheet.rows[4]).toEqual([4, null, 6, 4, 8, 5, 7, 3]);
});

test("a seasonal baseline is a column where the data have a season", () => {
  const seasonal: Series = { ...series, forecast: { ...series.forecast!, values: { ...values, seasonal_naive: [7, 8] } } };
  const sheet = seriesSheet(seasonal, "time", (time) => time);
  expect(sheet.columns.at(-1)).toBe("one season ago");
  expect(sheet.rows[4]!.at(-1)).toBe(8);
});

test("CSV quotes what needs it and leaves gaps empty", () => {
  const text = toCsv({ columns: ["a", 'b "x"'], rows: [[1.23456789, null], ["p,q", 2]] });
  expect(text).toBe('a,"b ""x"""\r\n1.23456789,\r\n"p,q",2\r\n');
});
