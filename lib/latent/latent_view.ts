/** A latent space as far as a set of images shows it: where their codes lie, and the window to look through. */
import type { ImageSet } from "../data/dataset.ts";
import { columnStatistics } from "../evaluation/metrics.ts";
import { type Codes, type Decodes, encodeAll, type Encodes } from "./encode.ts";
import { gridOn, type LatentGrid } from "./manifold.ts";
import { linearSteps } from "./normal_quantile.ts";
import { type LatentPlane, ontoPlane, planeOf } from "./plane.ts";

export interface LatentView<M extends Encodes & Decodes = Encodes & Decodes> {
  model: M;
  codes: Codes;
  /** z itself for one or two dimensions, else the codes' first two principal components. */
  plane: LatentPlane;
  /** The codes on the plane, [count · 2]. */
  points: Float32Array;
  /** Of the codes, [latentDim]. */
  mean: Float64Array;
  /** Standard deviation of the codes, [latentDim]: the unit that makes two models comparable. */
  deviation: Float64Array;
}

/** Encodes a set's first `count` images, treated as the model's own were. */
export async function latentView<M extends Encodes & Decodes>(
  model: M,
  set: ImageSet,
  { count = 1000 }: { count?: number } = {},
): Promise<LatentView<M>> {
  const { treatment, latentDim } = model.config;
  const codes = await encodeAll(model, set, { treatment, count });
  const plane = planeOf(latentDim, codes.means);
  const points = ontoPlane(plane, codes.means);
  const { mean, variance } = columnStatistics(codes.means, latentDim);
  return { model, codes, plane, points, mean, deviation: variance.map(Math.sqrt) };
}

/** A grid over the plane, `reach` standard deviations of the codes each way from their mean; y rises. */
export function gridAround({ plane, points }: LatentView, size: number, reach = 3): LatentGrid {
  const { mean, variance } = columnStatistics(points, 2);
  const [xs, ys] = [0, 1].map((k) => {
    const half = reach * Math.sqrt(variance[k]);
    return linearSteps(size, mean[k] - half, mean[k] + half);
  });
  return gridOn(plane, xs, ys);
}
