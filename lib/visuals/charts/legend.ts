/** Legends as pieces of SVG: Plot's own need a canvas, or come as HTML. */
import { formatNumber } from "../../numbers.ts";
import { fontSize, type Panel } from "./figure.ts";
import { ink, ramp, rampSteps, rule } from "./palette.ts";
import { escapeHtml } from "../../html.ts";
import { textWidth } from "../text/text.ts";

export interface LegendItem {
  label: string;
  color: string;
  /** A path around (0, 0) that stands for the item; a line by default. */
  path?: string;
  dashed?: boolean;
}

const size = 13;
const rowHeight = 22;
const space = 14;

/** More than so many are easier to find in columns. */
const mostUnaligned = 12;

/** Names of series or classes in rows, as many a row as fit; many stand in columns. */
export function itemLegend(items: readonly LegendItem[], width: number): Panel {
  let x = 0, row = 0;
  const widths = items.map(({ label, path }) => (path ? 14 : 24) + 6 + textWidth(label, size));
  const column = items.length > mostUnaligned ? Math.max(...widths) : 0;
  const drawn = items.map(({ label, color, path, dashed }, i) => {
    const mark = path ? 14 : 24;
    const wide = Math.max(widths[i], column);
    if (x > 0 && x + wide > width) [x, row] = [0, row + 1];
    const y = row * rowHeight + rowHeight / 2;
    const symbol = path
      ? `<path transform="translate(${x + mark / 2},${y})" d="${path}" fill="${color}"/>`
      : `<line x1="${x}" x2="${x + mark}" y1="${y}" y2="${y}" stroke="${color}" stroke-width="2.5"${
        dashed ? ' stroke-dasharray="5 4"' : ""
      }/>`;
    const text = `<text x="${x + mark + 6}" y="${y + 0.36 * size}" font-size="${size}" ` +
      `fill="${ink}">${escapeHtml(label)}</text>`;
    x += wide + space;
    return symbol + text;
  });
  return { svg: drawn.join(""), width, height: (row + 1) * rowHeight };
}

/** A bar of the dark-to-light ramp with its values; `label` names quantity and unit. */
export function rampLegend(label: string, [from, to]: readonly [number, number]): Panel {
  const barWidth = 256, barHeight = 12;
  const cells = Array.from({ length: rampSteps }, (_, i) => {
    const x = (i * barWidth) / rampSteps;
    return `<rect x="${x}" y="20" width="${barWidth / rampSteps}" height="${barHeight}" ` +
      `fill="${ramp(i / (rampSteps - 1))}" shape-rendering="crispEdges"/>`;
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((place) => {
    const anchor = place === 0 ? "start" : place === 1 ? "end" : "middle";
    return `<line x1="${place * barWidth}" x2="${
      place * barWidth
    }" y1="32" y2="36" stroke="${rule}"/>` +
      `<text x="${place * barWidth}" y="48" text-anchor="${anchor}" font-size="${fontSize}" ` +
      `fill="${ink}">${short(from + place * (to - from), to - from)}</text>`;
  });
  const head = `<text y="12" font-size="${size}" fill="${ink}">${escapeHtml(label)}</text>`;
  const width = Math.max(barWidth, textWidth(label, size));
  return { svg: head + cells.join("") + ticks.join(""), width, height: 52 };
}

/** A tick's number, as exact as the range needs. */
function short(value: number, range: number): string {
  const digits = Math.max(0, 1 - Math.floor(Math.log10(range / 4 || 1)));
  return formatNumber(value, { decimals: Math.min(6, digits) });
}
