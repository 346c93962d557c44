/** The decoded latent plane: images without gaps, with the coordinates they were decoded from. */
import { formatNumber } from "../../numbers.ts";
import { z } from "zod";
import type { DecodedGrid } from "../../latent/manifold.ts";
import { aDecodedGrid, requireArguments } from "../../kinds.ts";
import { parseOptions } from "../../options.ts";
import { axisName } from "../charts/plots_codes.ts";
import { imageGrid, scaleFor } from "./image_grid.ts";
import { blankRaster, paste, type Raster } from "./raster.ts";
import { type Label, textSheet } from "../text/text.ts";

const manifoldSchema = z.strictObject({
  /** CSS pixels for each pixel of an image; by default so that it is about 56 wide. */
  scale: z.int().min(1).optional(),
  /** How many shades are kept: 32 look like all 256 and make a file half as large. */
  levels: z.int().min(2).max(256).default(256),
  /** Bitmap pixels per CSS pixel: by default 2, which is sharp on dense screens, and 1 for a large picture. */
  density: z.int().min(1).optional(),
  /** What is written at the axes: the plane's own names by default. */
  xLabel: z.string().optional(),
  yLabel: z.string().optional(),
});
export type ManifoldImageOptions = z.input<typeof manifoldSchema>;

/** A side of more CSS pixels than this is shown smaller on most screens, which is sharp enough. */
const largest = 1600;
const labelSize = 12;
const left = 64;
const below = 46;
const margin = 10;

/**
 * A decoded grid's images, edge to edge, between two axes with the coordinates they were decoded from. A
 * strip, which has one row, has no axis at the left.
 *
 * @throws OptionError
 *
 * @example
 * ```ts
 * import { coordinatePlane, decodeGrid, manifoldGrid } from "../../latent/mod.ts";
 * import type { Model } from "../../models/mod.ts";
 * import { manifoldImage } from "./manifold_image.ts";
 *
 * const manifold = async (model: Model) =>
 *   manifoldImage(await decodeGrid(model, manifoldGrid(coordinatePlane(model.config.latentDim))));
 * ```
 */
export function manifoldImage(grid: DecodedGrid, options: ManifoldImageOptions = {}): Raster {
  requireArguments("manifoldImage", { grid: [aDecodedGrid, grid] });
  const { levels, ...rest } = parseOptions(
    manifoldSchema,
    options,
    "manifoldImage",
  );
  const { images: { height, width }, xs: x } = grid;
  const scale = rest.scale ?? scaleFor(grid.images, 56);
  const wide = grid.columns * width * scale, high = grid.rows * height * scale;
  const { density = Math.max(wide, high) > largest ? 1 : 2 } = rest;
  const { xLabel = axisName(grid.names[0]), yLabel = axisName(grid.names[1] ?? "") } = rest;
  // A strip's one row has no second coordinate to tell.
  const y = grid.rows > 1 ? grid.ys : [];

  const picture = imageGrid(grid.images, {
    columns: grid.columns,
    gap: 0,
    scale,
    levels,
    density,
  });
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
  const sheet = textSheet(start + wide + margin + 10, margin + high + below, labels, {
    density,
  });
  const whole = blankRaster(sheet.width, sheet.height, { channels: picture.channels, density });
  paste(whole, sheet, 0, 0);
  paste(whole, picture, start * density, margin * density);
  return whole;
}

/** Which values to write so that they keep `space` CSS pixels from each other, evenly. */
function ticks(values: readonly number[], step: number, space: number) {
  const every = Math.max(1, Math.ceil(space / step));
  const decimals = values.every(Number.isInteger) ? 0 : 2;
  return values.flatMap((value, i) =>
    i % every === 0 ? [{ text: formatNumber(value, { decimals }), at: (i + 0.5) * step }] : []
  );
}
