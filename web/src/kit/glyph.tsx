import type { Shape } from "@/kit/regimes";

const paths: Record<Shape, string> = {
  ring: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 1 0 0-11zm0 2a3.5 3.5 0 1 1 0 7 3.5 3.5 0 1 1 0-7z",
  disc: "M8 2a6 6 0 1 0 0 12A6 6 0 1 0 8 2z",
  diamond: "M8 1l7 7-7 7-7-7z",
  triangle: "M8 1.5L15 14H1z",
  square: "M2.5 2.5h11v11h-11z",
  cross: "M3.6 1.8L8 6.2l4.4-4.4 1.8 1.8L9.8 8l4.4 4.4-1.8 1.8L8 9.8l-4.4 4.4-1.8-1.8L6.2 8 1.8 3.6z",
  check: "M6.2 13.4L1.2 8.4l1.9-1.9 3.1 3.1 6.7-6.9 1.9 1.9z",
  dash: "M2 7h12v2H2z",
  flag: "M1 2h14L8 14.5z",
};

type Props = { shape: Shape; colour?: string };

/** A filled shape that stands beside its word; never alone. */
export function Glyph({ shape, colour = "currentColor" }: Props) {
  return (
    <svg className="glyph" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[shape]} fill={colour} fillRule="evenodd" />
    </svg>
  );
}
