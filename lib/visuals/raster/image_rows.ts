/** Rows of images under each other, each with its name: originals over reconstructions, model over model. */
import { asImages, Images } from "../../data/images.ts";
import { OptionError } from "../../options.ts";
import { imageGrid, type ImageGridOptions } from "./image_grid.ts";
import type { Raster } from "./raster.ts";

/**
 * One row for each entry, its key written at the left.
 *
 * @throws OptionError where there is none, rows differ in count or shape, or as `imageGrid`
 * @example `imageRows({ original: originals, "z = 2": reconstructions })`
 */
export function imageRows(
  rows: Record<string, Images>,
  options: Omit<ImageGridOptions, "rowLabels" | "columns"> = {},
): Raster {
  const names = Object.keys(rows);
  const images = names.map((name) => asImages(`imageRows: "${name}"`, rows[name]));
  const said = ({ count, shape }: Images) => `${count} images of ${shape.join("×")}`;
  images.forEach((row, i) => {
    if (said(row) !== said(images[0])) {
      throw new OptionError(
        `imageRows: "${names[i]}": expected ${said(images[0])}, as in "${names[0]}", got ${
          said(row)
        }`,
      );
    }
  });
  const all = Images.join(images);
  return imageGrid(all, { ...options, columns: images[0].count, rowLabels: names });
}
