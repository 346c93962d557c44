/** A decoded grid of codes between its axes, whatever the latent space it was taken from. */
import type { DecodedGrid } from "../../latent/manifold.ts";
import { manifoldImage } from "./manifold_image.ts";
import { axisName } from "../charts/plots_codes.ts";
import type { Raster } from "./raster.ts";

/** The grid's images at their coordinates; a strip, which has one row, has no axis at the left. */
export function gridImage(
  grid: DecodedGrid,
  { scale = 2, levels }: { scale?: number; levels?: number } = {},
): Raster {
  const { pixels, height, width, channels, xs, ys, names } = grid;
  const [xLabel, yLabel] = names.map(axisName);
  return manifoldImage(pixels, {
    height,
    width,
    channels: channels === 3 ? 3 : 1,
    scale,
    levels,
    x: xs,
    ...(yLabel ? { y: ys, yLabel } : {}),
    xLabel,
  });
}
