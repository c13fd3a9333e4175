/** What uPlot does not draw itself: regime bands behind the lines and the forecast's origin. */
import type uPlot from "uplot";

import { type RegimeLabel, regimeLabels, regimeLook } from "@/kit/regimes";
import type { Band } from "@/kit/series";
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
