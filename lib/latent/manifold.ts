/** Grids of codes over a latent space, and what a decoder makes of them. */
import { z } from "zod";
import { Codes } from "../data/codes.ts";
import type { Images } from "../data/images.ts";
import { aGrid, aModel, aPlane, requireArguments } from "../kinds.ts";
import { OptionError, parseOptions } from "../options.ts";
import { decodeCodes, type Decodes, progressOption } from "./encode.ts";
import { normalQuantiles } from "./normal_quantile.ts";
import type { LatentPlane } from "./plane.ts";

/** Codes at the crossings of columns and rows, row after row. */
export interface LatentGrid {
  rows: number;
  columns: number;
  /** One coordinate per column, left to right. */
  xs: number[];
  /** One per row, top to bottom. */
  ys: number[];
  /** What the coordinates are, as in `z1`, `z2`. */
  names: string[];
  /** rows · columns of them. */
  codes: Codes;
}

/** A grid with the images decoded from its codes: pixel means. */
export interface DecodedGrid extends LatentGrid {
  images: Images;
}

/** The codes at every crossing of columns and rows; a strip has one row. */
export function gridOn(plane: LatentPlane, xs: number[], ys: number[]): LatentGrid {
  const { latentDim, origin, axes: [u, v], names } = plane;
  const rows = v ? ys : [0];
  const values = new Float32Array(rows.length * xs.length * latentDim);
  let next = 0;
  for (const y of rows) {
    for (const x of xs) {
      for (let i = 0; i < latentDim; i++) {
        values[next++] = origin[i] + x * u[i] + (v ? y * v[i] : 0);
      }
    }
  }
  const codes = new Codes(values, latentDim);
  return { rows: rows.length, columns: xs.length, xs, ys: rows, names, codes };
}

const upward = z.boolean().default(true);
const quantile = z.number().gt(0).lt(1);
const manifoldSchema = z.strictObject({
  /** Codes along each side. */
  size: z.int().min(1).default(20),
  /** Probabilities of the first and the last quantile. */
  from: quantile.default(0.05),
  to: quantile.default(0.95),
  /**
   * Whether the second coordinate rises upward, as in a scatter of the same codes; downward, as the rows
   * of TensorFlow's tutorial, where false.
   */
  upward,
});
export type ManifoldGridOptions = z.input<typeof manifoldSchema>;

/**
 * size × size codes at normal quantiles of both coordinates, z = [x_j, y_i]. Each cell stands for the
 * same share of the prior. On a strip a row of `size`.
 *
 * @param plane see `planeOf`
 * @throws OptionError
 */
export function manifoldGrid(plane: LatentPlane, options: ManifoldGridOptions = {}): LatentGrid {
  requireArguments("manifoldGrid", { plane: [aPlane, plane] });
  const { size, from, to, upward } = parseOptions(manifoldSchema, options, "manifoldGrid");
  const quantiles = normalQuantiles(size, from, to);
  return gridOn(plane, quantiles, upward ? quantiles.toReversed() : quantiles);
}

const linearSchema = z.strictObject({
  from: z.number().default(-5),
  to: z.number().default(5),
  step: z.number().default(1),
  /** As in `manifoldGrid`. */
  upward,
});
export type LinearGridOptions = z.input<typeof linearSchema>;

/**
 * Codes in equal steps over [from, to), the end left out: −5, −4 … 4 by default (Foster, Generative
 * Deep Learning, the autoencoder's chapter). It looks beyond where the codes lie.
 *
 * @throws OptionError, as where the steps do not lead from `from` to `to`
 */
export function linearGrid(plane: LatentPlane, options: LinearGridOptions = {}): LatentGrid {
  requireArguments("linearGrid", { plane: [aPlane, plane] });
  const { from, to, step, upward } = parseOptions(linearSchema, options, "linearGrid");
  // A hair is taken off so that 2.1 in steps of 0.7 is not 4 steps by rounding.
  const count = Math.ceil((to - from) / step - 1e-9);
  if (!(count >= 1 && Number.isFinite(count))) {
    throw new OptionError(
      `linearGrid: step: expected one that leads from ${from} to ${to}, got ${step}`,
    );
  }
  const values = Array.from({ length: count }, (_, i) => from + i * step);
  return gridOn(plane, values, upward ? values.toReversed() : values);
}

const decodeGridSchema = z.strictObject({
  /** Of a conditional model: the class of every image. */
  label: z.int().min(0).optional(),
  progress: progressOption,
});

/**
 * Decodes a whole grid in one batch.
 *
 * @throws OptionError, as where a conditional model is not told the class
 *
 * @example
 * ```ts
 * import type { Model } from "../models/mod.ts";
 * import { decodeGrid, manifoldGrid } from "./manifold.ts";
 * import { coordinatePlane } from "./plane.ts";
 *
 * const manifold = (model: Model) =>
 *   decodeGrid(model, manifoldGrid(coordinatePlane(model.config.latentDim), { size: 20 }));
 * ```
 */
export async function decodeGrid(
  model: Decodes,
  grid: LatentGrid,
  options: z.input<typeof decodeGridSchema> = {},
): Promise<DecodedGrid> {
  requireArguments("decodeGrid", { model: [aModel, model], grid: [aGrid, grid] });
  const { label, progress } = parseOptions(decodeGridSchema, options, "decodeGrid");
  const codes = ofClass(grid.codes, label, model.config.classes);
  return {
    ...grid,
    codes,
    images: await decodeCodes(model, codes, { batchSize: codes.count, progress }),
  };
}

/** Codes with the class that a conditional model of `classes` is told, all the same one. */
function ofClass(codes: Codes, label: number | undefined, classes: number | undefined): Codes {
  if (label === undefined && (!classes || codes.labels)) return codes;
  if (!classes) {
    throw new OptionError(
      `decodeGrid: label: expected none, as the model is not conditional, got ${label}`,
    );
  }
  if (label === undefined || label >= classes) {
    throw new OptionError(
      `decodeGrid: label: expected an integer from 0 to ${
        classes - 1
      }, as the model is conditional, ` +
        `got ${label}`,
    );
  }
  const labels = new Uint8Array(codes.count).fill(label);
  return new Codes(codes.values, codes.latentDim, { labels });
}
