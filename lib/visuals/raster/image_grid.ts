/** Many small images as one picture: enlarged by whole factors, with labels at rows and columns. */
import { z } from "zod";
import { asImages, type BytesOfImages, type Images } from "../../data/images.ts";
import { OptionError, parseOptions } from "../../options.ts";
import { blankRaster, convert, enlarge, fewerGreys, paste, type Raster } from "./raster.ts";
import { type Label, textSheet, textWidth } from "../text/text.ts";

const gridSchema = z.strictObject({
  /** Images in a row; a square grid by default. */
  columns: z.int().min(1).optional(),
  /** How many shades are kept: 32 look like all 256 and make a file half as large. */
  levels: z.int().min(2).max(256).default(256),
  /** CSS pixels for each pixel of an image: whole, so that nothing is blurred. By default as `scaleFor`. */
  scale: z.int().min(1).optional(),
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
 * @param images grey or RGB; of a set, its bytes as they are
 * @throws OptionError, as where there are none, or of other channels than 1 or 3
 *
 * @example
 * ```ts
 * import { loadMnist, take } from "../../data/mod.ts";
 * import { imageGrid } from "./image_grid.ts";
 *
 * const { train } = await loadMnist();
 * const picture = imageGrid(take(train, 40), { columns: 10 });
 * ```
 */
export function imageGrid(
  images: Images | BytesOfImages,
  options: ImageGridOptions = {},
): Raster {
  const { levels, gap, background, density, ...rest } = parseOptions(
    gridSchema,
    options,
    "imageGrid",
  );
  const shown = asImages("imageGrid", images);
  const { pixels, count, height, width, channels, size } = shown;
  if (count === 0) throw new OptionError("imageGrid: images: expected one or more, got none");
  if (channels !== 1 && channels !== 3) {
    throw new OptionError(
      `imageGrid: images: expected 1 channel (grey) or 3 (RGB), got ${channels}`,
    );
  }
  const columns = rest.columns ?? Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const { scale = scaleFor(shown), rowLabels = [], columnLabels = [] } = rest;
  const left = rowLabels.length
    ? Math.ceil(Math.max(...rowLabels.map((label) => textWidth(label, labelSize)))) + 2 * labelGap
    : 0;
  const top = columnLabels.length ? labelSize + labelGap + 4 : 0;
  const stepX = width * scale + gap, stepY = height * scale + gap;
  const sheetSize = [left + columns * stepX - gap, top + rows * stepY - gap];

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
    ? textSheet(sheetSize[0], sheetSize[1], labels, { background, density })
    : blankRaster(sheetSize[0] * density, sheetSize[1] * density, { grey: background, density });
  const grid = convert(sheet, channels);
  const bytes = toBytes(pixels);
  for (let i = 0; i < count; i++) {
    const data = bytes.subarray(i * size, (i + 1) * size);
    const exact: Raster = { width, height, data, channels };
    const small = levels === 256 ? exact : fewerGreys(exact, levels);
    const x = left + (i % columns) * stepX, y = top + Math.floor(i / columns) * stepY;
    paste(grid, enlarge(small, scale * density), x * density, y * density);
  }
  return grid;
}

/** How many times an image is enlarged so that its longer side is about `side` CSS pixels; at least once. */
export function scaleFor({ height, width }: Pick<Images, "height" | "width">, side = 84): number {
  return Math.max(1, Math.round(side / Math.max(height, width)));
}

/** Pixels in [0, 1] to 0–255, rounded. */
function toBytes(pixels: Float32Array): Uint8Array {
  const bytes = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    bytes[i] = Math.round(255 * Math.min(1, Math.max(0, pixels[i])));
  }
  return bytes;
}
