/** Where a latent plane decodes to digits and where to nothing anyone wrote. */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { gatherPixels, type ImageSet, treatments } from "../data/dataset.ts";
import { parseOptions } from "../options.ts";
import { range } from "../steps.ts";
import { stoppable } from "../stop.ts";
import { decodeCodes, type Decodes, progressOption } from "./encode.ts";
import type { LatentGrid } from "./manifold.ts";

/** Distances over a grid. */
export interface HoleMap {
  grid: LatentGrid;
  /** √Σ(decoded − digit)² over pixels to the nearest digit, one per code of the grid. */
  distances: Float32Array;
}

const holeMapSchema = z.strictObject({
  /** The model's by default, so that what is compared is of one kind. */
  treatment: z.enum(treatments).optional(),
  /** How many training digits to compare with. */
  count: z.int().min(1).default(10_000),
  blockSize: z.int().min(1).default(1000),
  progress: progressOption,
});
export type HoleMapOptions = z.input<typeof holeMapSchema>;

/**
 * The L2 distance of each decoded point of a grid to the nearest of the first `count` training digits.
 *
 * @throws OptionError
 */
export async function holeMap(
  model: Decodes,
  grid: LatentGrid,
  set: ImageSet,
  options: HoleMapOptions = {},
): Promise<HoleMap> {
  const parsed = parseOptions(holeMapSchema, options, "holeMap");
  const { treatment = model.config.treatment, count, blockSize, progress } = parsed;
  const { seed } = model.config;
  const digits = Math.min(count, set.count);
  const { pixels, size } = await decodeCodes(model, grid.codes);
  const points = grid.rows * grid.columns;
  const nearest = new Float32Array(points).fill(Infinity);
  const a = tf.tensor2d(pixels, [points, size]);
  using work = stoppable("looking for the nearest digits");
  try {
    for (let start = 0; start < digits; start += blockSize) {
      const end = Math.min(start + blockSize, digits);
      const block = gatherPixels(set, range(start, end), treatment, { seed, epoch: 0 });
      const smallest = tf.tidy(() => squaredDistances(a, block, end - start).min(1));
      const values = await smallest.data<"float32">();
      smallest.dispose();
      for (let i = 0; i < points; i++) nearest[i] = Math.min(nearest[i], values[i]);
      progress?.(end, digits);
      await work.turn();
    }
  } finally {
    a.dispose();
  }
  // Rounding can take the difference of two large squares below zero.
  return { grid, distances: nearest.map((squared) => Math.sqrt(Math.max(0, squared))) };
}

/** ‖a‖² + ‖b‖² − 2 a·b for every pair, [rows of a, rows of b]: one matrix product. */
function squaredDistances(a: tf.Tensor2D, block: Float32Array, count: number): tf.Tensor2D {
  const b = tf.tensor2d(block, [count, a.shape[1]]);
  const squaredA = a.square().sum(1, true), squaredB = b.square().sum(1);
  // Transposed beforehand: the product with a transposed operand is ten times slower on `wasm`.
  return squaredA.add(squaredB).sub(tf.matMul(a, b.transpose()).mul(2)) as tf.Tensor2D;
}
