import type { Sheet } from "@/kit/export";
import { formatNumber } from "@/kit/format";

type Props = { sheet: Sheet; label: string };

/** The numbers of a figure as a table: its accessible form. */
export function SheetTable({ sheet, label }: Props) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {sheet.columns.map((column) => (
              <th key={column} scope="col" className="num">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sheet.rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, column) => (
                <td key={column} className="num" title={cell === null ? "no value" : String(cell)}>
                  {typeof cell === "number" ? formatNumber(cell) : (cell ?? "–")}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
