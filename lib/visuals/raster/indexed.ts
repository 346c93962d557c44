/** Colours as places in a palette of at most 256: what GIF needs, and what makes a PNG small. */
import gifenc from "gifenc";
import { convert, type Raster } from "./raster.ts";

/** What is used here of gifenc 1.0.3 (Matt DesLauriers, MIT), which comes without types. */
const { quantize, applyPalette } = gifenc as unknown as {
  quantize(rgba: Uint8Array, colors: number): number[][];
  applyPalette(rgba: Uint8Array, palette: number[][]): Uint8Array;
};

/** Pictures over one palette. */
export interface Indexed {
  /** [red, green, blue] of each index. */
  palette: number[][];
  /** For each picture [height · width], row by row. */
  indices: Uint8Array[];
}

/**
 * Gives all pictures one palette.
 *
 * It is exact for grey pictures (256 greys, index = grey) and for up to 256 colours. Of drawings with more
 * the 96 commonest colours stay exact, other greys go to the nearest of 64 greys, so that none is tinted,
 * and gifenc finds entries for the rest (pairwise nearest neighbours); of photographs it finds almost all.
 */
export function indexColors(rasters: readonly Raster[]): Indexed {
  if (rasters.every(({ channels }) => channels === 1)) {
    const palette = Array.from({ length: 256 }, (_, grey) => [grey, grey, grey]);
    return { palette, indices: rasters.map(({ data }) => data) };
  }
  const pictures = rasters.map((raster) => convert(raster, 3).data);
  const counts = new Map<number, number>();
  const color = (data: Uint8Array, at: number) => data[at] << 16 | data[at + 1] << 8 | data[at + 2];
  for (const data of pictures) {
    // Enlarged pixels and paper are long runs of one colour: one look-up each.
    for (let at = 0, end; at < data.length; at = end) {
      const key = color(data, at);
      for (end = at + 3; end < data.length && color(data, end) === key;) end += 3;
      counts.set(key, (counts.get(key) ?? 0) + (end - at) / 3);
    }
  }
  const { palette, places } = paletteOf(counts);
  const indices = pictures.map((data) => {
    const out = new Uint8Array(data.length / 3);
    for (let i = 0, last = -1, place = 0; i < out.length; i++) {
      const key = color(data, 3 * i);
      if (key !== last) [last, place] = [key, places.get(key)!];
      out[i] = place;
    }
    return out;
  });
  return { palette, indices };
}

/** Frames of which all but the first hold only what changed; the rest is `transparent`. */
export interface Changes extends Indexed {
  /** The index that no picture uses; null where all are used, and each frame is whole. */
  transparent: number | null;
}

/** Pixels that are as in the frame before become transparent: long runs of one index, which files store in few bytes. */
export function changesOnly({ palette, indices }: Indexed): Changes {
  const used = new Set(indices.flatMap((frame) => [...new Set(frame)]));
  const free = Array.from({ length: mostColors }, (_, index) => index).find((i) => !used.has(i));
  if (free === undefined) return { palette, indices, transparent: null };
  return {
    palette: free < palette.length ? palette : [...palette, [0, 0, 0]],
    indices: indices.map((frame, i) =>
      i === 0 ? frame : frame.map((index, at) => index === indices[i - 1][at] ? free : index)
    ),
    transparent: free,
  };
}

const mostColors = 256;
/** White paper and the colours of lines and dots, which a quantizer would shift by a shade. */
const exactColors = 96;
/** Where they are so much of all pixels, it is a drawing; else a photograph, whose colours are all alike. */
const drawnShare = 0.85;
/** A photograph's paper and frame are more of it than this. */
const paperShare = 0.01;
/** gifenc weighs colours by how often it is given them: so many in all. */
const weights = 100_000;
/** Steps of 4 of 255 or so: no difference to see. */
const greySteps = 64;

/** The palette, and each colour's place in it. */
function paletteOf(counts: ReadonlyMap<number, number>) {
  const rgb = (color: number) => [color >> 16, color >> 8 & 255, color & 255];
  const colors = [...counts].sort((a, b) => b[1] - a[1]).map(([color]) => color);
  const total = colors.reduce((sum, color) => sum + counts.get(color)!, 0);
  const share = (some: number[]) =>
    some.reduce((sum, color) => sum + counts.get(color)!, 0) / total;
  const drawing = colors.length <= mostColors ||
    share(colors.slice(0, exactColors)) >= drawnShare;
  const kept = colors.length <= mostColors
    ? mostColors
    : drawing
    ? exactColors
    : colors.findIndex((color) => share([color]) < paperShare);
  const exact = colors.splice(0, kept);
  const places = new Map(exact.map((color, place) => [color, place]));
  const palette = exact.map(rgb);
  // Red, green and blue alike: 0x010101 times the grey.
  const greys = drawing ? colors.filter((color) => color % 0x010101 === 0) : [];
  if (greys.length > 0) {
    const step = 255 / (greySteps - 1), start = palette.length;
    for (const color of greys) places.set(color, start + Math.round((color & 255) / step));
    for (let i = 0; i < greySteps; i++) palette.push(Array(3).fill(Math.round(i * step)));
  }
  const others = drawing ? colors.filter((color) => color % 0x010101 !== 0) : colors;
  if (others.length > 0) {
    const rgba = (some: number[]) => new Uint8Array(some.flatMap((color) => [...rgb(color), 255]));
    const often = others.flatMap((color) =>
      new Array<number>(Math.ceil(weights * counts.get(color)! / total)).fill(color)
    );
    // One index stays free: an animation needs it for what does not change.
    const start = palette.length, rest = quantize(rgba(often), mostColors - 1 - start);
    applyPalette(rgba(others), rest).forEach((place, i) => places.set(others[i], start + place));
    palette.push(...rest.map((entry) => entry.slice(0, 3)));
  }
  return { palette, places };
}
