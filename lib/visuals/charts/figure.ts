/** A figure: charts and drawings on a white card with title and legend, as SVG and as PNG. */
import { aFigure, aPositiveNumber, requireArguments } from "../../kinds.ts";
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { fontFamily } from "../text/font.ts";
import { indexColors } from "../raster/indexed.ts";
import { ink, softInk } from "./palette.ts";
import { encodeIndexedPng } from "../raster/png.ts";
import type { Raster } from "../raster/raster.ts";
import { svgToRaster } from "../text/svg_to_png.ts";
import { escapeHtml } from "../../html.ts";
import { textWidth } from "../text/text.ts";

/** A finished drawing; lengths in CSS pixels. */
export interface Figure {
  svg: string;
  width: number;
  height: number;
  /** What it shows, with its numbers, for who cannot see it. */
  alt: string;
}

/** A piece of SVG with its size. */
export interface Panel {
  svg: string;
  width: number;
  height: number;
}

/** Axes' and labels' size; titles and legends are larger. */
export const fontSize = 12.5;
const titleSize = 15;
const padding = 16;
const gap = 16;

const { document } = parseHTML("<html><body></body></html>");

/** Draws a chart with Plot, in this project's type, for a card of its own. */
export function chart(options: Plot.PlotOptions & { width: number; height: number }): Panel {
  const element = Plot.plot({
    ...options,
    document: document as unknown as Document,
    style: { fontFamily, fontSize: `${fontSize}px`, color: ink, background: "none" },
  });
  // Plot's style sheet uses `:where`, which only browsers know; all of it is set above.
  const svg = element.outerHTML.replace(/<style>[\s\S]*?<\/style>/, "");
  return { svg, width: options.width, height: options.height };
}

/** Breaks a line of text at spaces so that no line is wider than `width`. */
export function wrap(
  text: string,
  width: number,
  size = fontSize,
  weight = 400,
): string[] {
  const style = weight > 400 ? "semiBold" : "regular";
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`, size, style) <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** Lines of text one under another. */
export function textPanel(
  text: string,
  width: number,
  { size = fontSize, weight = 400, color = ink } = {},
): Panel {
  const lineHeight = Math.round(size * 1.4);
  const lines = wrap(text, width, size, weight);
  const spans = lines.map((line, i) =>
    `<text y="${
      (i + 0.75) * lineHeight
    }" font-size="${size}" font-weight="${weight}" fill="${color}">${escapeHtml(line)}</text>`
  );
  return { svg: spans.join(""), width, height: lines.length * lineHeight };
}

/** Panels side by side, all at the same height. */
export function beside(panels: readonly Panel[], space = gap): Panel {
  let x = 0;
  const placed = panels.map((panel) => {
    const svg = `<g transform="translate(${x},0)">${panel.svg}</g>`;
    x += panel.width + space;
    return svg;
  });
  const height = Math.max(...panels.map((panel) => panel.height));
  return { svg: placed.join(""), width: x - space, height };
}

/** Panels one under another, at the left. */
export function stack(panels: readonly Panel[], space = gap / 2): Panel {
  let y = 0;
  const placed = panels.map((panel) => {
    const svg = `<g transform="translate(0,${y})">${panel.svg}</g>`;
    y += panel.height + space;
    return svg;
  });
  return {
    svg: placed.join(""),
    width: Math.max(...panels.map((panel) => panel.width)),
    height: y - space,
  };
}

/**
 * Puts a body on a card: title, legend, body, note.
 *
 * @param alt what the figure shows, with its numbers
 */
export function figure(
  { title, legend, body, note, alt }: {
    title?: string;
    legend?: Panel;
    body: Panel;
    note?: string;
    alt: string;
  },
): Figure {
  const wide = Math.max(body.width, legend?.width ?? 0);
  const parts = [
    title ? textPanel(title, wide, { size: titleSize, weight: 600 }) : undefined,
    legend,
    body,
    note ? textPanel(note, wide, { color: softInk }) : undefined,
  ].filter((panel) => panel !== undefined);
  const content = stack(parts);
  const width = Math.ceil(wide + 2 * padding), height = Math.ceil(content.height + 2 * padding);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" font-family="${fontFamily}" font-size="${fontSize}" role="img" ` +
    `aria-label="${escapeHtml(alt)}"><rect width="${width}" height="${height}" fill="white"/>` +
    `<g transform="translate(${padding},${padding})">${content.svg}</g></svg>`;
  return { svg, width, height, alt };
}

/** The figure's pixels, as for a frame of an animation. */
export function figureRaster(drawn: Figure, density = 2): Raster {
  requireArguments("figureRaster", {
    drawn: [aFigure, drawn],
    density: [aPositiveNumber, density],
  });
  return svgToRaster(drawn.svg, { density });
}

/** The figure as a PNG file at 2×. */
export function figurePng(drawn: Figure): Uint8Array {
  return indexedPng(figureRaster(drawn));
}

/** A PNG file of at most 256 colours: a third of the size, and no difference to see in a drawing. */
export function indexedPng(raster: Raster): Uint8Array {
  const { palette, indices } = indexColors([raster]);
  return encodeIndexedPng(indices[0], { width: raster.width, height: raster.height, palette });
}
