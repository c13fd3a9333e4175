import { expect, test } from "vitest";

import { quantity } from "@/data/units";
import { formatClock, formatLead, formatLeadTick, formatMoment, formatNumber, formatQuantity, formatUncertain, prettyUnit } from "@/kit/format";

const plain = (text: string) => text.replaceAll("\u2009", " ");

test.each([
  [0, "0"],
  [1234.56, "1 235"],
  [0.012345, "0.01235"],
  [-3.14159, "−3.142"],
  [99999.6, "100 000"],
  [1_234_567, "1.235 × 10⁶"],
  [0.00001234, "1.234 × 10⁻⁵"],
  [9999.96, "10 000"],
])("%s is written %s", (value, text) => expect(plain(formatNumber(value))).toBe(text));

test.each([NaN, Infinity, null, undefined])("%s is a dash, never a number", (value) => expect(formatNumber(value)).toBe("–"));

test("no number shows more than four significant digits", () => {
  for (let power = -8; power < 9; power += 1)
    for (const lead of [1, 1.23456, 5.55555, 9.99996]) {
      const mantissa = plain(formatNumber(lead * 10 ** power)).split(" ×")[0]!;
      const digits = mantissa.replace(/[^\d]/g, "").replace(/^0+/, "");
      expect(Number(digits.slice(4) || 0), `${lead}e${power} → ${mantissa}`).toBe(0);
    }
});

test.each([
  [18_400, "W", "18.4 kW"],
  [0.084, "J", "84 mJ"],
  [1.182e6, "J/m^3", "1.182 MJ/m³"],
  [61.5, "degC", "61.5 °C"],
  [14.2, "kg/s", "14.2 kg/s"],
  [0.0031, "s", "3.1 ms"],
  [5400, "s", "90 min"],
  [2.5, "dimensionless", "2.5"],
  [999_999, "W", "1 MW"],
])("%s %s is written %s", (value, unit, text) => expect(plain(formatQuantity(value, unit))).toBe(text));

test.each([
  ["kg s-1", "kg/s"],
  ["W m-2 K-1", "W/(m²·K)"],
  ["m s-2", "m/s²"],
  ["no such unit!", "no such unit!"],
])("the unit %s is written %s", (unit, text) => expect(prettyUnit(unit)).toBe(text));

test("powers in units are raised", () => expect(prettyUnit("kg*m**2/s^-2")).toBe("kg·m²/s⁻²"));

test.each([
  [4.89, 0.73, "4.89 ± 0.73 J"],
  [0.0123, 0.0018, "12.3 ± 1.8 mJ"],
  [0.5748, 0.346, "570 ± 350 mJ"],
  [1234, 120, "1.23 ± 0.12 kJ"],
])("%s ± %s J is written %s", (value, uncertainty, text) =>
  expect(plain(formatUncertain(quantity(value, "J"), quantity(uncertainty, "J"), "J"))).toBe(text));

test("joules do not pass for watts", () => {
  // @ts-expect-error Watts where joules are asked for must not compile.
  expect(formatUncertain(quantity(1, "W"), quantity(1, "J"), "J")).toContain("J");
});

test("times name their zone", () => {
  expect(formatMoment(1_795_428_000, "utc")).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
  expect(formatMoment(1_795_428_000, "local")).toMatch(/UTC[+−]\d\d:\d\d$/);
  expect(formatClock(3661, "utc")).toBe("01:01:01");
});

test("leads carry a sign, and an axis keeps one unit", () => {
  expect(plain(formatLead(-90))).toBe("−90 s");
  expect(plain(formatLead(480))).toBe("+8 min");
  expect([0, 60, 120].map((at) => plain(formatLeadTick(at, 480)))).toEqual(["0 min", "+1 min", "+2 min"]);
});
