/** Numbers and times for people: at most four significant digits, thin spaces, real minus signs. */

import type { Quantity } from "@/data/units";

const THIN = "\u2009";
const PREFIXES = ["p", "n", "µ", "m", "", "k", "M", "G", "T"] as const;
const PREFIXED = new Set(["J", "W", "Pa", "Hz", "V", "A", "N", "Wh", "s"]);
const PRETTY: Record<string, string> = {
  "": "",
  "1": "",
  dimensionless: "",
  degC: "°C",
  degF: "°F",
  delta_degC: "°C",
  percent: "%",
};

/** A unit as it is written on the page: `kg/m^3` → `kg/m³`, `degC` → `°C`. */
export function prettyUnit(unit: string): string {
  const known = PRETTY[unit];
  if (known !== undefined) return known;
  const ratio = asRatio(unit);
  if (ratio) return ratio;
  return unit
    .replace(/\*\*|\^/g, "^")
    .replace(/\^-?\d/g, (power) => [...power.slice(1)].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)] ?? "⁻").join(""))
    .replace(/\s*\*\s*/g, "·");
}

const raised = (power: number) => (power === 1 ? "" : [...String(power)].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)] ?? "⁻").join(""));

/** `W m-2 K-1`, as data files write it, becomes `W/(m²·K)`; null for any other spelling. */
function asRatio(unit: string): string | null {
  const parts = unit.split(" ").map((part) => /^([a-zA-Zµ°%]+)(-?\d+)?$/.exec(part));
  if (parts.length < 2 || parts.includes(null)) return null;
  const factors = parts.map((part) => ({ name: part![1]!, power: Number(part![2] ?? 1) }));
  const write = (sign: number) =>
    factors.filter(({ power }) => Math.sign(power) === sign).map(({ name, power }) => name + raised(Math.abs(power)));
  const [over, under] = [write(1), write(-1)];
  if (under.length === 0) return over.join("·");
  return `${over.join("·") || "1"}/${under.length > 1 ? `(${under.join("·")})` : under[0]}`;
}

/** The part of a unit that takes a prefix: all of `W`, the `J` of `J/m³`. */
const prefixable = (unit: string) => PREFIXED.has(unit.split("/")[0] ?? "");

const dressed = (text: string) => text.replace("-", "−");

/** A bare number with at most `digits` significant digits. */
export function formatNumber(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) {
    const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
    const power = [...String(Number(exponent))].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)] ?? "⁻").join("");
    return `${dressed(String(Number(mantissa)))}${THIN}×${THIN}10${power}`;
  }
  const rounded = Number(value.toPrecision(digits));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(rounded))));
  const text = rounded.toLocaleString("en-US", { maximumFractionDigits: Math.min(decimals, 12) });
  return dressed(text.replaceAll(",", THIN));
}

/** The number and its unit apart, with an SI prefix where the unit takes one. */
export function quantityParts(value: number | null | undefined, unit: string, digits = 4) {
  const name = prettyUnit(unit);
  if (value === null || value === undefined || !Number.isFinite(value)) return { number: "–", unit: name };
  if (!prefixable(name) || value === 0) return { number: formatNumber(value, digits), unit: name };
  if (name === "s") return durationParts(value, digits);
  const step = Math.max(-4, Math.min(4, Math.floor(Math.log10(Math.abs(Number(value.toPrecision(digits)))) / 3)));
  return { number: formatNumber(value / 1000 ** step, digits), unit: `${PREFIXES[step + 4]}${name}` };
}

function durationParts(seconds: number, digits: number) {
  const size = Math.abs(seconds);
  if (size < 1) {
    const step = size < 1e-6 ? 9 : size < 1e-3 ? 6 : 3;
    return { number: formatNumber(seconds * 10 ** step, digits), unit: { 3: "ms", 6: "µs", 9: "ns" }[step]! };
  }
  if (size < 180) return { number: formatNumber(seconds, digits), unit: "s" };
  if (size < 3 * 3600) return { number: formatNumber(seconds / 60, digits), unit: "min" };
  if (size < 3 * 86400) return { number: formatNumber(seconds / 3600, digits), unit: "h" };
  return { number: formatNumber(seconds / 86400, digits), unit: "d" };
}

/** Number, thin space, unit, as one string. */
export function formatQuantity(value: number | null | undefined, unit: string, digits = 4): string {
  const parts = quantityParts(value, unit, digits);
  return parts.unit ? `${parts.number}${THIN}${parts.unit}` : parts.number;
}

/** A share as a percentage. */
export const formatPercent = (share: number | null | undefined, digits = 3): string =>
  share === null || share === undefined ? "–" : `${formatNumber(share * 100, digits)}${THIN}%`;

/** The value and its uncertainty, rounded to the same decimal place. */
export function formatUncertain<U extends string>(value: Quantity<NoInfer<U>>, uncertainty: Quantity<NoInfer<U>>, unit: U): string {
  const lead = Math.max(Math.abs(value), uncertainty);
  if (lead === 0) return formatQuantity(0, unit);
  const scale = PREFIXED.has(unit) && unit !== "s" ? Math.max(-4, Math.min(4, Math.floor(Math.log10(lead) / 3))) : 0;
  const [v, u] = [value / 1000 ** scale, uncertainty / 1000 ** scale];
  const places = u > 0 ? Math.min(6, 1 - Math.floor(Math.log10(u))) : 3;
  const write = (part: number) => (Math.round(part * 10 ** places) / 10 ** places).toFixed(Math.max(0, places));
  return `${dressed(write(v))} ± ${write(u)}${THIN}${PREFIXES[scale + 4]}${unit}`;
}

export type Zone = "utc" | "local";

const pad = (value: number, width = 2) => String(value).padStart(width, "0");

/** Hours, minutes and seconds of an epoch second. */
export function formatClock(epoch: number, zone: Zone, withSeconds = true): string {
  const at = new Date(epoch * 1000);
  const [h, m, s] =
    zone === "utc"
      ? [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()]
      : [at.getHours(), at.getMinutes(), at.getSeconds()];
  return `${pad(h)}:${pad(m)}${withSeconds ? `:${pad(s)}` : ""}`;
}

/** Date, time and zone of an epoch second. */
export function formatMoment(epoch: number, zone: Zone): string {
  const at = new Date(epoch * 1000);
  if (zone === "utc") return `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
  const offset = -at.getTimezoneOffset();
  const sign = offset < 0 ? "−" : "+";
  const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  const shift = `${sign}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
  return `${day} ${formatClock(epoch, zone)} UTC${shift}`;
}

const TICK_UNITS = [
  { name: "d", seconds: 86_400, from: 3 * 86_400 },
  { name: "h", seconds: 3600, from: 3 * 3600 },
  { name: "min", seconds: 60, from: 180 },
  { name: "s", seconds: 1, from: 1 },
  { name: "ms", seconds: 1e-3, from: 1e-3 },
  { name: "µs", seconds: 1e-6, from: 0 },
];

/** Seconds before or after the last observation, in one unit for the whole axis. */
export function formatLeadTick(seconds: number, span: number): string {
  const unit = TICK_UNITS.find((each) => span >= each.from) ?? TICK_UNITS[3]!;
  const size = `${formatNumber(Math.abs(seconds) / unit.seconds)}${THIN}${unit.name}`;
  return seconds === 0 ? size : `${seconds < 0 ? "−" : "+"}${size}`;
}

/** Seconds before or after the last observation. */
export function formatLead(seconds: number): string {
  if (seconds === 0) return "0 s";
  const parts = quantityParts(Math.abs(seconds), "s", 4);
  return `${seconds < 0 ? "−" : "+"}${parts.number}${THIN}${parts.unit}`;
}
