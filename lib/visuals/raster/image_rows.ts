/** Rows of images under each other, each with its name: originals over reconstructions, model over model. */
import { asImages, Images } from "../../data/images.ts";
import { requireArguments, someOptions } from "../../kinds.ts";
import { OptionError } from "../../options.ts";
import { imageGrid, type ImageGridOptions } from "./image_grid.ts";
import type { Raster } from "./raster.ts";

/**
 * One row for each entry, its key written at the left.
 *
 * @throws OptionError where there is none, rows differ in count or shape, or as `imageGrid`
 *
 * @example
 * ```ts
 * import { Images } from "../../data/mod.ts";
 * import { imageRows } from "./image_rows.ts";
 *
 * const noise = new Images(Float32Array.from({ length: 7840 }, Math.random), [28, 28, 1]);
 * const picture = imageRows({ "ten of noise": noise, "the same": noise });
 * ```
 */
export function imageRows(
  rows: Record<string, Images>,
  options: Omit<ImageGridOptions, "rowLabels" | "columns"> = {},
): Raster {
  requireArguments("imageRows", { rows: [someOptions, rows], options: [someOptions, options] });
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
