/** A latent space as far as a set of images shows it: where their codes lie, and the window to look through. */
import { z } from "zod";
import type { Codes } from "../data/codes.ts";
import type { ImageSet } from "../data/image_set.ts";
import { columnStatistics } from "../evaluation/metrics.ts";
import { aModel, anImageSet, aPlane, type Kind, numbers, requireArguments } from "../kinds.ts";
import { parseOptions } from "../options.ts";
import { linearSteps } from "../steps.ts";
import { type Decodes, encodeAll, type Encodes, progressOption } from "./encode.ts";
import { gridOn, type LatentGrid } from "./manifold.ts";
import { type LatentPlane, ontoPlane, planeOf } from "./plane.ts";

export interface LatentView<M extends Encodes & Decodes = Encodes & Decodes> {
  model: M;
  codes: Codes;
  /** z itself for one or two dimensions, else the codes' first two principal components. */
  plane: LatentPlane;
  /** The codes on the plane: two numbers each. */
  points: Codes;
  /** Of the codes, [latentDim]. */
  mean: Float64Array;
  /** Standard deviation of the codes, [latentDim]: the unit that makes two models comparable. */
  deviation: Float64Array;
}

const viewSchema = z.strictObject({
  /** The first so many images. */
  count: z.int().min(1).default(1000),
  progress: progressOption,
});

/**
 * Encodes a set's first `count` images, treated as the model's own were.
 *
 * @throws OptionError
 */
export async function latentView<M extends Encodes & Decodes>(
  model: M,
  set: ImageSet,
  options: z.input<typeof viewSchema> = {},
): Promise<LatentView<M>> {
  requireArguments("latentView", { model: [aModel, model], set: [anImageSet, set] });
  const codes = await encodeAll(model, set, parseOptions(viewSchema, options, "latentView"));
  const plane = planeOf(codes);
  const points = ontoPlane(plane, codes);
  const { mean, variance } = columnStatistics(codes.values, codes.latentDim);
  return { model, codes, plane, points, mean, deviation: variance.map(Math.sqrt) };
}

const aView: Kind = {
  what: "a view, as `latentView` gives",
  holds: (value) => aPlane.holds(value?.plane) && numbers.holds(value.points?.values),
};

const aroundSchema = z.strictObject({
  /** Points along each side. */
  size: z.int().min(1).default(20),
  /** How far each way from the codes' mean, in their standard deviations. */
  reach: z.number().positive().default(3),
});

/**
 * A grid over the plane of a view, as wide as its codes spread; the second coordinate rises row by row.
 *
 * @throws OptionError
 */
export function gridAround(
  view: LatentView,
  options: z.input<typeof aroundSchema> = {},
): LatentGrid {
  const { size, reach } = parseOptions(aroundSchema, options, "gridAround");
  requireArguments("gridAround", { view: [aView, view] });
  const { plane, points } = view;
  const { mean, variance } = columnStatistics(points.values, 2);
  const [xs, ys] = [0, 1].map((k) => {
    const half = reach * Math.sqrt(variance[k]);
    return linearSteps(size, mean[k] - half, mean[k] + half);
  });
  return gridOn(plane, xs, ys);
}
