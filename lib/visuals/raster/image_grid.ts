/** Many small images as one picture: enlarged by whole factors, with labels at rows and columns. */
import { z } from "zod";
import { parseOptions } from "../../options.ts";
import { blankRaster, convert, enlarge, paste, type Raster } from "./raster.ts";
import { type Label, textSheet, textWidth } from "../text/text.ts";

const gridSchema = z.strictObject({
  height: z.int().min(1),
  width: z.int().min(1),
  channels: z.literal([1, 3]).default(1),
  /** Images in a row; a square grid by default. */
  columns: z.int().min(1).optional(),
  /** How many shades are kept: 32 look like all 256 and make a file half as large. */
  levels: z.int().min(2).max(256).default(256),
  /** CSS pixels for each pixel of an image: whole, so that nothing is blurred. */
  scale: z.int().min(1).default(3),
  /** CSS pixels between images. */
  gap: z.int().min(0).default(2),
  /** Grey between the images and behind the labels, 0–255. */
  background: z.int().min(0).max(255).default(255),
  /** One a row, at its left. */
  rowLabels: z.array(z.string()).optional(),
  /** One a column, above it. */
  columnLabels: z.array(z.string()).optional(),
  /** Bitmap pixels per CSS pixel: 2 is sharp on dense screens too. */
  density: z.int().min(1).default(2),
});

/** Options of `imageGrid`. */
export type ImageGridOptions = z.input<typeof gridSchema>;

const labelSize = 13;
const labelGap = 8;

/**
 * Lays images out in rows.
 *
 * @param images [count · height · width · channels], 0–1 as floats or 0–255 as bytes
 * @throws RangeError where the length fits no whole number of images, or a pixel is NaN; OptionError
 * @example `encodePng(imageGrid(pixels, { height: 28, width: 28, columns: 4 }))`
 */
export function imageGrid(images: Float32Array | Uint8Array, options: ImageGridOptions): Raster {
  const { height, width, channels, levels, scale, gap, background, density, ...rest } =
    parseOptions(
      gridSchema,
      options,
      "imageGrid",
    );
  const size = height * width * channels;
  const count = images.length / size;
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(
      `imageGrid: expected a multiple of ${height}·${width}·${channels} = ${size} pixels, got ${images.length}`,
    );
  }
  const columns = rest.columns ?? Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const { rowLabels = [], columnLabels = [] } = rest;
  const left = rowLabels.length
    ? Math.ceil(Math.max(...rowLabels.map((label) => textWidth(label, labelSize)))) + 2 * labelGap
    : 0;
  const top = columnLabels.length ? labelSize + labelGap + 4 : 0;
  const stepX = width * scale + gap, stepY = height * scale + gap;
  const shown = [left + columns * stepX - gap, top + rows * stepY - gap];

  const labels: Label[] = [
    ...rowLabels.map((text, row): Label => ({
      text,
      x: left - labelGap,
      y: top + row * stepY + (height * scale) / 2,
      anchor: "end",
    })),
    ...columnLabels.map((text, column): Label => ({
      text,
      x: left + column * stepX + (width * scale) / 2,
      y: top / 2,
      anchor: "middle",
    })),
  ];
  const sheet = labels.length
    ? textSheet(shown[0], shown[1], labels, { background, density })
    : blankRaster(shown[0] * density, shown[1] * density, { grey: background, density });
  const grid = convert(sheet, channels);
  const bytes = reduce(toBytes(images), levels);
  for (let i = 0; i < count; i++) {
    const data = bytes.subarray(i * size, (i + 1) * size);
    const image = enlarge({ width, height, data, channels }, scale * density);
    const x = left + (i % columns) * stepX, y = top + Math.floor(i / columns) * stepY;
    paste(grid, image, x * density, y * density);
  }
  return grid;
}

/** Pixels in [0, 1] to 0–255, rounded; what lies outside is cut off. */
export function toBytes(pixels: Float32Array | Uint8Array): Uint8Array {
  if (pixels instanceof Uint8Array) return pixels;
  const bytes = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    if (Number.isNaN(pixels[i])) {
      throw new RangeError(`pixel ${i}: expected a number in [0, 1], got NaN`);
    }
    bytes[i] = Math.round(255 * Math.min(1, Math.max(0, pixels[i])));
  }
  return bytes;
}

/** The nearest of `levels` shades in equal steps, black and white among them. */
function reduce(bytes: Uint8Array, levels: number): Uint8Array {
  if (levels === 256) return bytes;
  const step = 255 / (levels - 1);
  return bytes.map((value) => Math.round(Math.round(value / step) * step));
}
