/** Batches of numbers in [0, 1], made of a set's bytes. */
import { z } from "zod";
import { aCount, aDraw, anImageSet, numbers, oneOf, requireArguments } from "../kinds.ts";
import { OptionError, parseOptions } from "../options.ts";
import { RandomStream } from "../random.ts";
import type { ImageSet } from "./image_set.ts";

/**
 * How grey bytes become a model's targets. Numbers compare only within one treatment:
 * - `threshold`: 1 where the grey value is above 0.5, else 0; the same at every epoch
 * - `grey`: the grey value in [0, 1]; with a Bernoulli loss no likelihood
 * - `dynamic`: a coin per pixel with the grey value as its chance, thrown anew at every epoch
 *   (Salakhutdinov & Murray 2008; Burda et al. 2015)
 */
export const treatments = ["threshold", "grey", "dynamic"] as const;
export type Treatment = (typeof treatments)[number];

/** Which coins `dynamic` throws; the other treatments do not look at it. */
export interface Draw {
  seed: number;
  epoch: number;
}

/** What each byte becomes where that is no chance: to look it up takes a third of a comparison's time. */
const numbersOf = {
  grey: Float32Array.from({ length: 256 }, (_, byte) => byte / 255),
  threshold: Float32Array.from({ length: 256 }, (_, byte) => byte > 127 ? 1 : 0),
};

/**
 * The pixels of some images as numbers in [0, 1].
 *
 * What an image becomes depends on `draw` and its index alone, not on the batch it stands in or the
 * worker that asks.
 *
 * @param out written and returned where given; must hold `indices.length · height · width · channels`
 * @returns shape [indices.length, height, width, channels], flat
 * @throws OptionError where an index is outside the set or `out` has another length
 */
export function gatherPixels(
  set: ImageSet,
  indices: Uint32Array,
  treatment: Treatment,
  draw: Draw,
  out?: Float32Array,
): Float32Array {
  requireArguments("gatherPixels", {
    set: [anImageSet, set],
    indices: [numbers, indices],
    treatment: [oneOf(treatments), treatment],
    draw: [aDraw, draw],
  });
  // Looked up once: a set's fields are read in a loop over millions of pixels.
  const { pixels } = set, size = set.height * set.width * set.channels;
  const length = indices.length * size;
  const values = out ?? new Float32Array(length);
  if (values.length !== length) {
    throw new OptionError(
      `gatherPixels: expected an out of ${length} numbers, got ${values.length}`,
    );
  }
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (index >= set.count) {
      throw new OptionError(
        `gatherPixels: expected indices below ${set.count} (${set.name}), got ${index}`,
      );
    }
    const bytes = pixels.subarray(index * size, (index + 1) * size);
    const image = values.subarray(i * size, (i + 1) * size);
    if (treatment === "dynamic") {
      const coins = new RandomStream(draw.seed, "binarize", draw.epoch, index);
      for (let p = 0; p < size; p++) image[p] = coins.uniform() * 255 < bytes[p] ? 1 : 0;
    } else {
      const numberOf = numbersOf[treatment];
      for (let p = 0; p < size; p++) image[p] = numberOf[bytes[p]];
    }
  }
  return values;
}

const batchesSchema = z.strictObject({
  batchSize: z.int().min(1),
  seed: z.int(),
  epoch: z.int().min(0),
  shuffle: z.boolean().default(true),
  dropRemainder: z.boolean().default(false),
});

/** Options of `batches`. */
export type BatchOptions = z.input<typeof batchesSchema>;

/**
 * One epoch's batches: every index of 0 … count − 1 once, in an order of its own for each
 * `(seed, epoch)`. The last batch is as small as what is left, unless `dropRemainder` leaves it out.
 *
 * @throws OptionError naming the option that cannot be used
 */
export function batches(count: number, options: BatchOptions): Uint32Array[] {
  requireArguments("batches", { count: [aCount, count] });
  const { batchSize, seed, epoch, shuffle, dropRemainder } = parseOptions(
    batchesSchema,
    options,
    "batches",
  );
  const order = shuffle
    ? new RandomStream(seed, "shuffle", epoch).permutation(count)
    : Uint32Array.from({ length: count }, (_, index) => index);
  const end = dropRemainder ? count - count % batchSize : count;
  const parts: Uint32Array[] = [];
  for (let start = 0; start < end; start += batchSize) {
    parts.push(order.subarray(start, start + batchSize));
  }
  return parts;
}
