/** The decoded latent plane: images without gaps, with the coordinates they were decoded from. */
import { imageGrid, type ImageGridOptions } from "./image_grid.ts";
import { blankRaster, paste, type Raster } from "./raster.ts";
import { type Label, textSheet } from "../text/text.ts";

export interface ManifoldOptions
  extends Omit<ImageGridOptions, "columns" | "rowLabels" | "columnLabels" | "gap"> {
  /** The first latent coordinate of each column, written below. */
  x: readonly number[];
  /** The second one of each row from above, written at the left; nothing for a strip of one row. */
  y?: readonly number[];
  xLabel?: string;
  yLabel?: string;
}

const labelSize = 12;
const left = 64;
const below = 46;
const margin = 10;

/**
 * Lays out one image for each pair of coordinates, edge to edge, between two labelled axes.
 *
 * @param images [y · x · height · width · channels], 0–1 as floats or 0–255 as bytes
 * @throws RangeError where the images are not one for each pair
 */
export function manifoldImage(images: Float32Array | Uint8Array, options: ManifoldOptions): Raster {
  const { x, y: allY = [], xLabel = "z₁", yLabel = "z₂", ...rest } = options;
  // A strip's one row has no second coordinate to tell.
  const y = allY.length > 1 ? allY : [];
  const rows = Math.max(1, y.length);
  const { height, width, channels = 1, scale = 1, density = 2 } = rest;
  const wanted = rows * x.length * height * width * channels;
  if (images.length !== wanted) {
    throw new RangeError(
      `manifoldImage: expected ${rows}·${x.length} images of ${height}×${width}, ${wanted} values, ` +
        `got ${images.length}`,
    );
  }
  const grid = imageGrid(images, { ...rest, scale, density, columns: x.length, gap: 0 });
  const wide = x.length * width * scale, high = rows * height * scale;
  const start = y.length ? left : margin;
  const labels: Label[] = [
    ...ticks(x, width * scale, 44).map(({ text, at }): Label => ({
      text,
      x: start + at,
      y: margin + high + 12,
      anchor: "middle",
      size: labelSize,
    })),
    { text: xLabel, x: start + wide / 2, y: margin + high + 32, anchor: "middle" },
    ...ticks(y, height * scale, 22).map(({ text, at }): Label => ({
      text,
      x: left - 6,
      y: margin + at,
      anchor: "end",
      size: labelSize,
    })),
    ...(y.length ? [{ text: yLabel, x: 2, y: margin + high / 2 }] : []),
  ];
  const background = options.background ?? 255;
  const sheet = textSheet(start + wide + margin + 10, margin + high + below, labels, {
    background,
    density,
  });
  const whole = blankRaster(sheet.width, sheet.height, { channels: grid.channels, density });
  paste(whole, sheet, 0, 0);
  paste(whole, grid, start * density, margin * density);
  return whole;
}

/** Which values to write so that they keep `space` CSS pixels from each other, evenly. */
function ticks(values: readonly number[], step: number, space: number) {
  const every = Math.max(1, Math.ceil(space / step));
  const decimals = values.every(Number.isInteger) ? 0 : 2;
  return values.flatMap((value, i) =>
    i % every === 0
      ? [{ text: value.toFixed(decimals).replace("-", "−"), at: (i + 0.5) * step }]
      : []
  );
}
