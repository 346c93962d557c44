/** Rows of images under each other, each with its name: originals over reconstructions, model over model. */
import { imageGrid, type ImageGridOptions } from "./image_grid.ts";
import type { Raster } from "./raster.ts";

/**
 * One row for each entry, its key written at the left.
 *
 * @param rows [count · height · width · channels] each, all of one length
 * @param size 28 × 28 × 1 by default
 * @throws RangeError where rows differ in length, or as `imageGrid`
 * @example `imageRows({ original: originals, "z = 2": reconstructions })`
 */
export function imageRows(
  rows: Record<string, Float32Array>,
  size: Omit<ImageGridOptions, "rowLabels" | "columns" | "height" | "width"> & {
    height?: number;
    width?: number;
  } = {},
): Raster {
  const { height = 28, width = 28, channels = 1 } = size;
  const names = Object.keys(rows);
  const length = rows[names[0]]?.length ?? 0;
  const images = new Float32Array(names.length * length);
  names.forEach((name, i) => {
    if (rows[name].length !== length) {
      throw new RangeError(
        `imageRows: "${name}": expected ${length} values, as in "${names[0]}", got ${
          rows[name].length
        }`,
      );
    }
    images.set(rows[name], i * length);
  });
  const columns = length / (height * width * channels);
  return imageGrid(images, { ...size, height, width, columns, rowLabels: names });
}
