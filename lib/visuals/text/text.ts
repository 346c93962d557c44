/** Text as pixels, for labels and captions beside pictures, and its width before it is drawn. */
import { fontFamily, fontFiles } from "./font.ts";
import { convert, type Raster } from "../raster/raster.ts";
import { svgToRaster } from "./svg_to_png.ts";
import { escapeHtml } from "../../html.ts";

/** A line of text in a picture; lengths in CSS pixels. */
export interface Label {
  text: string;
  x: number;
  /** Of the line's middle. */
  y: number;
  anchor?: "start" | "middle" | "end";
  size?: number;
  weight?: 400 | 600;
}

/** Half a capital's height, in units of the font's size: from the line's middle to its baseline. */
const halfCapital = 0.36;

/**
 * An empty sheet with lines of text on it, black or white, whichever stands out, as a grey raster.
 *
 * @param width and `height` in CSS pixels; the raster is `density` times as large
 */
export function textSheet(
  width: number,
  height: number,
  labels: readonly Label[],
  { background = 255, density = 1 }: { background?: number; density?: number } = {},
): Raster {
  const paper = `rgb(${background},${background},${background})`;
  const texts = labels.map(({ text, x, y, anchor = "start", size = 13, weight = 400 }) =>
    `<text x="${x}" y="${y + halfCapital * size}" text-anchor="${anchor}" font-size="${size}" ` +
    `font-weight="${weight}">${escapeHtml(text)}</text>`
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `font-family="${fontFamily}" fill="${background > 127 ? "#1f2328" : "#f4f4f4"}">` +
    `${texts.join("")}</svg>`;
  return convert(svgToRaster(svg, { density, background: paper }), 1);
}

/** The font's own table of widths (OpenType: `head`, `hhea`, `hmtx`, `cmap` format 4). */
function readWidths(file: Uint8Array): (codePoint: number) => number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const tables = new Map<string, number>();
  for (let i = 0; i < view.getUint16(4); i++) {
    const at = 12 + 16 * i;
    tables.set(String.fromCharCode(...file.subarray(at, at + 4)), view.getUint32(at + 8));
  }
  const [head, hhea, hmtx, cmap] = ["head", "hhea", "hmtx", "cmap"].map((name) =>
    tables.get(name)!
  );
  const unitsPerEm = view.getUint16(head + 18);
  const metrics = view.getUint16(hhea + 34);
  const advance = (glyph: number) =>
    view.getUint16(hmtx + 4 * Math.min(glyph, metrics - 1)) / unitsPerEm;
  let map = 0;
  for (let i = 0; i < view.getUint16(cmap + 2); i++) {
    const at = cmap + view.getUint32(cmap + 8 + 8 * i);
    if (view.getUint16(at) === 4) map = at;
  }
  const segments = view.getUint16(map + 6) / 2;
  const field = (part: number, i: number) =>
    map + 14 + 2 * i + 2 * segments * part + (part ? 2 : 0);
  return (codePoint) => {
    for (let i = 0; i < segments; i++) {
      if (view.getUint16(field(0, i)) < codePoint) continue;
      const start = view.getUint16(field(1, i));
      if (start > codePoint) break;
      const delta = view.getUint16(field(2, i)), offset = view.getUint16(field(3, i));
      const glyph = offset === 0
        ? codePoint
        : view.getUint16(field(3, i) + offset + 2 * (codePoint - start));
      return advance((glyph + delta) & 0xffff);
    }
    return advance(0);
  };
}

const [regular, italic, semiBold] = fontFiles.map(readWidths);
const widths = { regular, italic, semiBold };

/** How wide a line of text is in CSS pixels, without kerning (under 2 % of it). */
export function textWidth(
  text: string,
  size = 13,
  style: keyof typeof widths = "regular",
): number {
  let width = 0;
  for (const character of text) width += widths[style](character.codePointAt(0)!);
  return width * size;
}
