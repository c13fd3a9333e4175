/** What uPlot does not draw itself: regime bands behind the lines and the forecast's origin. */
import type uPlot from "uplot";

import { type RegimeLabel, regimeLabels, regimeLook } from "@/kit/regimes";
import type { Band, Mark } from "@/kit/series";
import { resolveColours } from "@/kit/colours";

export type Palette = ReturnType<typeof readPalette>;

export function readPalette() {
  const lines = resolveColours({
    ground: "var(--surface)",
    text: "var(--text)",
    muted: "var(--muted)",
    grid: "var(--grid)",
    truth: "var(--truth)",
    mean: "var(--mean)",
    inner: "var(--inner)",
    outer: "var(--outer)",
    baseline: "var(--baseline)",
  });
  const wanted = Object.fromEntries(regimeLabels.map((label) => [label, `var(--regime-${label})`]));
  return { ...lines, regimes: resolveColours(wanted as Record<RegimeLabel, string>) };
}

const inkOf = (palette: Palette, label: string) =>
  palette.regimes[label as RegimeLabel] ?? palette.regimes.initializing;

function hatch(ink: CanvasRenderingContext2D, colour: string): CanvasPattern | null {
  const size = 8 * devicePixelRatio;
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const pen = tile.getContext("2d");
  if (!pen) return null;
  pen.strokeStyle = colour;
  pen.lineWidth = devicePixelRatio;
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
  }
  pen.stroke();
  return ink.createPattern(tile, "repeat");
}

/** Tints the ground by regime; hatched where it is not confirmed. */
export function paintBands(plot: uPlot, bands: readonly Band[], palette: Palette): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const band of bands) {
    const left = plot.valToPos(band.from, "x", true);
    const width = plot.valToPos(band.to, "x", true) - left;
    const colour = inkOf(palette, band.label);
    ctx.globalAlpha = 0.08;
    ctx.fillStyle = colour;
    ctx.fillRect(left, bbox.top, width, bbox.height);
    const pattern = band.confirmed ? null : hatch(ctx, colour);
    if (!pattern) continue;
    ctx.globalAlpha = 0.22;
    ctx.fillStyle = pattern;
    ctx.fillRect(left, bbox.top, width, bbox.height);
  }
  ctx.restore();
}

const SIZE = 4;

/** A dashed rule under a flag where the pattern changed, a cross at the foot where readings were unlike all before. */
export function paintMarks(plot: uPlot, marks: readonly Mark[], palette: Palette): void {
  const { ctx, bbox } = plot;
  const unit = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const mark of marks) {
    const from = plot.valToPos(mark.from, "x", true);
    const to = plot.valToPos(mark.to, "x", true);
    if (mark.kind === "change") paintFlag(ctx, Math.round(from) + 0.5, bbox, palette.text);
    else paintCross(ctx, from, Math.max(to, from + unit), bbox, palette.regimes.anomalous);
  }
  ctx.restore();
}

type Box = { left: number; top: number; width: number; height: number };

function paintFlag(ctx: CanvasRenderingContext2D, at: number, box: Box, colour: string): void {
  const size = SIZE * devicePixelRatio;
  ctx.strokeStyle = ctx.fillStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([size, size]);
  ctx.beginPath();
  ctx.moveTo(at, box.top);
  ctx.lineTo(at, box.top + box.height);
  ctx.stroke();
  ctx.beginPath();
  ctx.moveTo(at - size, box.top);
  ctx.lineTo(at + size, box.top);
  ctx.lineTo(at, box.top + 1.7 * size);
  ctx.fill();
}

function paintCross(ctx: CanvasRenderingContext2D, from: number, to: number, box: Box, colour: string): void {
  const size = SIZE * devicePixelRatio;
  const middle = (from + to) / 2;
  const foot = box.top + box.height - 2 * size;
  ctx.fillStyle = ctx.strokeStyle = colour;
  ctx.globalAlpha = 0.18;
  ctx.fillRect(from, box.top, to - from, box.height);
  ctx.globalAlpha = 1;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.setLineDash([]);
  ctx.beginPath();
  for (const side of [-1, 1]) {
    ctx.moveTo(middle - size, foot - side * size);
    ctx.lineTo(middle + size, foot + side * size);
  }
  ctx.stroke();
}

/** A vertical rule where observation ends and the forecast begins. */
export function paintOrigin(plot: uPlot, origin: number, text: string, palette: Palette): void {
  const { ctx, bbox } = plot;
  const at = Math.round(plot.valToPos(origin, "x", true)) + 0.5;
  if (at < bbox.left || at > bbox.left + bbox.width) return;
  ctx.save();
  ctx.strokeStyle = palette.text;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(at, bbox.top);
  ctx.lineTo(at, bbox.top + bbox.height);
  ctx.stroke();
  if (text) {
    const unit = devicePixelRatio;
    ctx.font = `${11 * unit}px Inter, sans-serif`;
    const width = ctx.measureText(text).width + 12 * unit;
    ctx.fillStyle = palette.ground;
    const left = at - width - 4 * unit >= bbox.left ? at - width - 4 * unit : at + 4 * unit;
    ctx.fillRect(left, bbox.top + 3 * unit, width, 18 * unit);
    ctx.fillStyle = palette.text;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    ctx.fillText(text, left + 6 * unit, bbox.top + 12.5 * unit);
  }
  ctx.restore();
}

export const regimeWord = (label: string, confirmed: boolean) =>
  `${regimeLook(label).word}${confirmed ? "" : ", not confirmed"}`;
