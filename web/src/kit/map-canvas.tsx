import { type KeyboardEvent, type PointerEvent, type Ref, useEffect, useImperativeHandle, useRef } from "react";

import { type ColourMap, colourAt } from "@/kit/colours";
import { formatQuantity } from "@/kit/format";
import { useDarkness } from "@/kit/preferences";

import "@/kit/map-canvas.css";

export type Spot = { row: number; column: number };
export type MapCanvasHandle = { canvas: () => HTMLCanvasElement | null };

type Props = {
  label: string;
  values: readonly (number | null)[] | null;
  shape: readonly [number, number];
  range: readonly [number, number];
  map: ColourMap;
  unit: string;
  spot: Spot | null;
  onSpot: (spot: Spot | null) => void;
  absent?: string;
  ref?: Ref<MapCanvasHandle>;
};

const CELL = 8;
const BLANK = 128;

/** A map of cells with its legend; pointer or arrow keys choose a cell. */
export function MapCanvas({ label, values, shape, range, map, unit, spot, onSpot, absent, ref }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const dark = useDarkness();
  const [rows, columns] = shape;
  const [low, high] = range;
  useImperativeHandle(ref, () => ({ canvas: () => (values ? canvas.current : null) }), [values]);

  useEffect(() => {
    const ink = canvas.current?.getContext("2d");
    if (ink && values) paint(ink, values, { rows, columns, low, high, map });
    if (ink && values && spot) outline(ink, spot);
  }, [values, rows, columns, low, high, map, spot, dark]);

  const point = (event: PointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
    onSpot({ row: clamp(row, rows), column: clamp(column, columns) });
  };
  const step = (event: KeyboardEvent<HTMLCanvasElement>) => {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!move) return;
    event.preventDefault();
    const from = spot ?? { row: Math.floor(rows / 2), column: Math.floor(columns / 2) };
    onSpot({ row: clamp(from.row + move[0]!, rows), column: clamp(from.column + move[1]!, columns) });
  };
  return (
    <div className="map">
      <p className="small map-label">{label}</p>
      {values ? (
        <canvas
          ref={canvas}
          width={columns * CELL}
          height={rows * CELL}
          tabIndex={0}
          role="application"
          aria-roledescription="map"
          aria-label={`${label}; arrow keys choose a cell`}
          onPointerMove={point}
          onPointerLeave={() => onSpot(null)}
          onKeyDown={step}
        />
      ) : (
        <p className="map-absent muted small" style={{ aspectRatio: `${columns} / ${rows}` }}>
          {absent}
        </p>
      )}
      <Legend map={map} low={low} high={high} unit={unit} />
    </div>
  );
}

const clamp = (at: number, count: number) => Math.min(count - 1, Math.max(0, at));

type Look = { rows: number; columns: number; low: number; high: number; map: ColourMap };

function paint(ink: CanvasRenderingContext2D, values: readonly (number | null)[], look: Look): void {
  const { rows, columns, low, high, map } = look;
  const small = document.createElement("canvas");
  small.width = columns;
  small.height = rows;
  const pen = small.getContext("2d");
  if (!pen) return;
  const image = pen.createImageData(columns, rows);
  values.forEach((value, at) => {
    const share = value === null ? null : high > low ? (value - low) / (high - low) : 0.5;
    const colour = share === null ? [BLANK, BLANK, BLANK] : colourAt(map, share);
    image.data.set([...colour, share === null ? 70 : 255], at * 4);
  });
  pen.putImageData(image, 0, 0);
  ink.imageSmoothingEnabled = false;
  ink.clearRect(0, 0, columns * CELL, rows * CELL);
  ink.drawImage(small, 0, 0, columns * CELL, rows * CELL);
}

function outline(ink: CanvasRenderingContext2D, spot: Spot): void {
  const [x, y] = [spot.column * CELL, spot.row * CELL];
  ink.lineWidth = 2;
  ink.strokeStyle = "#000";
  ink.strokeRect(x - 2, y - 2, CELL + 4, CELL + 4);
  ink.strokeStyle = "#fff";
  ink.strokeRect(x, y, CELL, CELL);
}

function Legend({ map, low, high, unit }: { map: ColourMap; low: number; high: number; unit: string }) {
  return (
    <div className="map-legend">
      <div className={`ramp ${map}`} aria-hidden="true" />
      <div className="row between small num muted">
        <span title={String(low)}>{formatQuantity(low, unit)}</span>
        <span title={String(high)}>{formatQuantity(high, unit)}</span>
      </div>
    </div>
  );
}
