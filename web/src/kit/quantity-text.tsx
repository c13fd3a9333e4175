import { quantityParts } from "@/kit/format";

type Props = { value: number | null | undefined; unit: string; digits?: number };

/** A number with its unit in a lighter tone; the full value on hover. */
export function QuantityText({ value, unit, digits = 4 }: Props) {
  const parts = quantityParts(value, unit, digits);
  const full = value === null || value === undefined ? "no value" : `${value} ${unit}`.trim();
  return (
    <span className="num" title={full}>
      {parts.number}
      {parts.unit && <span className="unit">{`\u2009${parts.unit}`}</span>}
    </span>
  );
}
