/** What the field player shows: the forecast ahead, or the newest past one beside what came. */
import type { MapPreview } from "@/data/types";
import type { ColourMap } from "@/kit/colours";
import { formatLead } from "@/kit/format";

export type Values = readonly (number | null)[];
export type View = "ahead" | "past";

export type Pane = {
  label: string;
  column: string;
  values: Values | null;
  range: [number, number];
  map: ColourMap;
  absent: string;
};

/** Smallest and largest number of several maps. */
export function extent(columns: readonly Values[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const column of columns)
    for (const value of column)
      if (value !== null) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
  return low <= high ? [low, high] : [0, 1];
}

const fromZero = (maps: readonly Values[]): [number, number] => [0, extent(maps)[1]];

function aroundZero(maps: readonly Values[]): [number, number] {
  const largest = Math.max(...extent(maps).map(Math.abs));
  return [-largest, largest];
}

const NONE = "No forecast frame.";
const EARLY = "Too little was known then to state an interval.";
const known = (values: Values | undefined): Values | null => (values?.some((value) => value !== null) ? values : null);

/** The panes of each frame of a view, ranges shared over its frames. */
export function panesOf(preview: MapPreview, view: View): (frame: number) => Pane[] {
  return view === "past" && preview.replay ? pastPanes(preview.replay) : aheadPanes(preview);
}

function aheadPanes(preview: MapPreview): (frame: number) => Pane[] {
  const range = extent([preview.observed, ...preview.frames.map((each) => each.mean)]);
  const width = fromZero(preview.frames.map((each) => each.half_width));
  return (frame) => {
    const now = preview.frames[frame - 1];
    return [
      { label: "Last observed", column: "last observed", values: preview.observed, range, map: "magma", absent: NONE },
      { label: "Forecast, mean", column: "forecast mean", values: now?.mean ?? null, range, map: "magma", absent: NONE },
      { label: "± half-width of the interval", column: "half-width", values: known(now?.half_width), range: width, map: "cividis", absent: NONE },
    ];
  };
}

function pastPanes(replay: NonNullable<MapPreview["replay"]>): (frame: number) => Pane[] {
  const { frames } = replay;
  const range = extent(frames.flatMap((each) => [each.truth, each.mean]));
  const width = fromZero(frames.map((each) => each.half_width));
  const error = aroundZero(frames.map((each) => each.error));
  return (frame) => {
    const now = frames[frame - 1];
    return [
      { label: "Truth", column: "truth", values: known(now?.truth), range, map: "magma", absent: "Not observed." },
      { label: "Forecast, mean", column: "forecast mean", values: now?.mean ?? null, range, map: "magma", absent: NONE },
      { label: "± half-width of the interval", column: "half-width", values: known(now?.half_width), range: width, map: "cividis", absent: EARLY },
      { label: "Error: mean less truth", column: "error", values: known(now?.error), range: error, map: "signed", absent: "Not observed." },
    ];
  };
}

/** Times of a view's frames, in seconds from where its forecast stood. */
export const leadsOf = (preview: MapPreview, view: View): number[] =>
  (view === "past" && preview.replay ? preview.replay.frames : preview.frames).map((each) => each.lead_s);

/** Where a view's forecast stood, in words. */
export const standing = (preview: MapPreview, view: View): string =>
  view === "past" && preview.replay ? `forecast made ${formatLead(-preview.replay.origin_s).replace("+", "")} before the last frame, without seeing what came` : "after the last frame";
