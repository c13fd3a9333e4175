/** Files made in the browser from what the page shows. */

export type Cell = string | number | null;
export type Sheet = { columns: string[]; rows: Cell[][] };

const quoted = (cell: Cell) => {
  const text = cell === null ? "" : String(cell);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** A sheet as RFC 4180 text, numbers in full. */
export const toCsv = (sheet: Sheet): string =>
  [sheet.columns, ...sheet.rows].map((row) => row.map(quoted).join(",")).join("\r\n") + "\r\n";

/** Hands a blob to the browser's downloads. */
export function saveBlob(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export const saveCsv = (name: string, sheet: Sheet): void =>
  saveBlob(`${name}.csv`, new Blob([toCsv(sheet)], { type: "text/csv;charset=utf-8" }));

/** Saves canvases side by side on the page's ground, with a title line. */
export function savePng(name: string, title: string, canvases: HTMLCanvasElement[], colours: { ground: string; text: string }): void {
  const scale = window.devicePixelRatio || 1;
  const head = 36 * scale;
  const gap = 16 * scale;
  const sheet = document.createElement("canvas");
  sheet.width = canvases.reduce((sum, each) => sum + each.width + gap, gap);
  sheet.height = head + gap + Math.max(...canvases.map((each) => each.height));
  const ink = sheet.getContext("2d");
  if (!ink) return;
  ink.fillStyle = colours.ground;
  ink.fillRect(0, 0, sheet.width, sheet.height);
  ink.fillStyle = colours.text;
  ink.font = `600 ${14 * scale}px Inter, sans-serif`;
  ink.fillText(title, gap, 24 * scale);
  let left = gap;
  for (const each of canvases) {
    ink.drawImage(each, left, head);
    left += each.width + gap;
  }
  sheet.toBlob((blob) => blob && saveBlob(`${name}.png`, blob), "image/png");
}
