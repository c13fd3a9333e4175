import { type ReactNode, useId } from "react";

import { type Sheet, saveCsv } from "@/kit/export";
import { SheetTable } from "@/kit/sheet-table";

import "@/kit/chart-figure.css";

type Props = {
  title: ReactNode;
  name: string;
  summary: string;
  /** Built only when it is asked for. */
  sheet: () => Sheet;
  onPng: () => void;
  tableOpen: boolean;
  onTable: (open: boolean) => void;
  readout?: ReactNode;
  /** Whether the sentence starts under the plot, right of its axis. */
  indented?: boolean;
  children: ReactNode;
};

/** A chart that is not a picture only: name, one sentence, table, CSV and PNG. */
export function ChartFigure({ title, name, summary, sheet, onPng, tableOpen, onTable, readout, indented = false, children }: Props) {
  const id = useId();
  return (
    <figure className="chart" aria-labelledby={`${id}-name`} aria-describedby={`${id}-summary`}>
      <figcaption className="chart-head">
        <h3 id={`${id}-name`}>{title}</h3>
        {readout}
        <span className="chart-actions no-print">
          <button type="button" className="ghost" aria-pressed={tableOpen} onClick={() => onTable(!tableOpen)} aria-label={`Table of ${name}`}>
            Table
          </button>
          <button type="button" className="ghost" onClick={() => saveCsv(name, sheet())} aria-label={`Save ${name} as CSV`}>
            CSV
          </button>
          <button type="button" className="ghost" onClick={onPng} aria-label={`Save ${name} as PNG`}>
            PNG
          </button>
        </span>
      </figcaption>
      {children}
      <p id={`${id}-summary`} className={`chart-summary${indented ? " indented" : ""}`}>
        {summary}
      </p>
      {tableOpen && <SheetTable sheet={sheet()} label={`${name}, as a table`} />}
    </figure>
  );
}
