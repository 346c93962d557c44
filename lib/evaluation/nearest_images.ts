/** Which images look most like others: the measure of whether a decoded one is like any that was seen. */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { asImages, type Images } from "../data/images.ts";
import { OptionError, parseOptions } from "../options.ts";
import { stoppable } from "../stop.ts";
import { createRanking } from "./ranking.ts";

const nearestSchema = z.strictObject({
  /** How many neighbours of each image. */
  k: z.int().min(1).default(1),
  /** How many images are compared at once. */
  blockSize: z.int().min(1).default(1000),
  progress: z.custom<(done: number, total: number) => void>(
    (value) => typeof value === "function",
    "expected a function",
  ).optional(),
});
export type NearestImagesOptions = z.input<typeof nearestSchema>;

/** The neighbours of some images, the nearest first. */
export interface NearestImages {
  k: number;
  /** √Σ(a − b)² over pixels, [count · k]. */
  distances: Float32Array;
  /** Places among the images that were searched, [count · k]. */
  indices: Int32Array;
}

/**
 * For each image the `k` nearest among others, by the L2 distance of their pixels. Leaves no tensor behind.
 *
 * @throws OptionError where the shapes differ or there are fewer than k to search
 */
export async function nearestImages(
  images: Images,
  among: Images,
  options: NearestImagesOptions = {},
): Promise<NearestImages> {
  const { k, blockSize, progress } = parseOptions(nearestSchema, options, "nearestImages");
  const { count, shape } = asImages("nearestImages", images);
  const searched = asImages("nearestImages: among", among);
  if (searched.shape.join() !== shape.join()) {
    throw new OptionError(
      `nearestImages: among: expected images of ${shape.join("×")}, got ${
        searched.shape.join("×")
      }`,
    );
  }
  if (searched.count < k) {
    throw new OptionError(
      `nearestImages: k: expected at most ${searched.count}, as many as are searched, got ${k}`,
    );
  }
  const rankings = Array.from({ length: count }, () => createRanking(k));
  using work = stoppable("looking for the nearest images");
  for (let start = 0; start < searched.count; start += blockSize) {
    const block = searched.slice(start, Math.min(start + blockSize, searched.count));
    for (let first = 0; first < count; first += blockSize) {
      const asked = images.slice(first, Math.min(first + blockSize, count));
      const squared = await squaredDistances(asked, block);
      for (let i = 0; i < squared.length; i++) {
        const ranking = rankings[first + Math.floor(i / block.count)];
        if (squared[i] < ranking.distances[k - 1]) {
          ranking.insert(squared[i], start + i % block.count);
        }
      }
      await work.turn();
    }
    progress?.(start + block.count, searched.count);
  }
  const distances = rankings.flatMap((ranking) => [...ranking.distances]);
  return {
    k,
    // Rounding can take the difference of two large squares below zero.
    distances: Float32Array.from(distances, (squared) => Math.sqrt(Math.max(0, squared))),
    indices: Int32Array.from(rankings.flatMap(({ neighbours }) => [...neighbours])),
  };
}

/** ‖a‖² + ‖b‖² − 2 a·b for every pair, [a.count · b.count]: one matrix product. */
async function squaredDistances(a: Images, b: Images): Promise<Float32Array> {
  const squared = tf.tidy(() => {
    const [left, right] = [a, b].map(({ pixels, count, size }) =>
      tf.tensor2d(pixels, [count, size])
    );
    const sums = left.square().sum(1, true).add(right.square().sum(1));
    // Transposed beforehand: the product with a transposed operand is ten times slower on `wasm`.
    return sums.sub(tf.matMul(left, right.transpose()).mul(2));
  });
  const values = await squared.data<"float32">();
  squared.dispose();
  return values;
}
