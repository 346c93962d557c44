/** Images of one size, as bytes that workers share; labels where they are known. */
import { z } from "zod";
import { sharedMemory } from "../host.ts";
import { anImageSet, aSeed, numbers, requireArguments } from "../kinds.ts";
import { OptionError, parseOptions, said } from "../options.ts";
import { RandomStream } from "../random.ts";
import { type PixelArray, type PixelRange, shared, toBytes } from "./bytes.ts";
import { checkedLabels, type Labelled, mostClasses } from "./labels.ts";

/** Images of one size. */
export interface ImageSet extends Labelled {
  /** What the set is called where numbers are shown, as in `MNIST train`. */
  name: string;
  /** `count · height · width · channels` bytes 0–255 on a SharedArrayBuffer: workers read them without a copy. */
  pixels: Uint8Array;
  count: number;
  height: number;
  width: number;
  /** 1 for grey, 3 for red, green and blue, which lie side by side. */
  channels: number;
}

const side = z.int().min(1);

const imageSetSchema = z.strictObject({
  name: z.string().min(1),
  /** One image after the other, row by row; the channels of a pixel lie side by side. */
  pixels: z.custom<PixelArray>(),
  /** Of one image: [height, width, channels], with 1 channel for grey or 3 for red, green and blue. */
  shape: z.tuple([side, side, side]),
  /** One class number per image. */
  labels: z.custom<ArrayLike<number> | null>().optional(),
  classNames: z.array(z.string().min(1)).min(1).max(mostClasses).nullable().default(null),
  /** What is black and what is white, for numbers that are no bytes. */
  range: z.tuple([z.number(), z.number()]).optional(),
});

/** Options of `createImageSet`. */
export type ImageSetOptions =
  & Omit<z.input<typeof imageSetSchema>, "shape" | "classNames" | "range">
  & {
    shape: readonly [height: number, width: number, channels: number];
    classNames?: readonly string[] | null;
    range?: PixelRange;
  };

/**
 * Images of your own. Bytes are taken as they are; numbers of any other kind say their range and become
 * bytes. What lies on a SharedArrayBuffer is not copied.
 *
 * @throws OptionError with the value found, for all that would be silently wrong: numbers without a range or
 *   outside it, NaN, another count of pixels or labels, labels that are no class, one-hot labels
 *
 * @example
 * ```ts
 * import { createImageSet } from "./image_set.ts";
 *
 * const drawings = createImageSet({
 *   name: "my drawings",
 *   pixels: new Float32Array(2 * 32 * 32 * 3),
 *   range: [0, 1],
 *   shape: [32, 32, 3],
 *   labels: [0, 1],
 *   classNames: ["cat", "dog"],
 * });
 * drawings.count; // 2
 * ```
 */
export function createImageSet(options: ImageSetOptions): ImageSet {
  const parsed = parseOptions(imageSetSchema, options, "createImageSet");
  const { name, shape: [height, width, channels], classNames, range } = parsed;
  const where = `createImageSet: ${name}`;
  if (channels !== 1 && channels !== 3) {
    throw new OptionError(
      `${where}: shape: expected 1 channel (grey) or 3 (red, green, blue), got ${channels}` +
        (channels === 4 ? "; leave out the fourth, alpha" : ""),
    );
  }
  const twice = classNames?.find((one, i) => classNames.indexOf(one) !== i);
  if (twice !== undefined) {
    throw new OptionError(`${where}: classNames: expected each name once, got "${twice}" twice`);
  }
  if (range && !(range[0] < range[1])) {
    throw new OptionError(`${where}: range: expected [black, white], black first, got [${range}]`);
  }
  const pixels = toBytes(`${where}: pixels`, parsed.pixels, range);
  const size = height * width * channels;
  if (pixels.length % size !== 0) {
    throw new OptionError(
      `${where}: pixels: expected a multiple of ${height}·${width}·${channels} = ${size} numbers, ` +
        `got ${pixels.length}`,
    );
  }
  const count = pixels.length / size;
  const labels = parsed.labels
    ? shared(checkedLabels(`${where}: labels`, parsed.labels, count, classNames))
    : null;
  return { name, pixels, labels, count, height, width, channels, classNames };
}

/**
 * The first `count` images, without a copy.
 *
 * @throws OptionError where the set has fewer
 */
export function take(set: ImageSet, count: number): ImageSet {
  requireArguments("take", { set: [anImageSet, set] });
  checkCount("take", set, count);
  const size = set.height * set.width * set.channels;
  return {
    ...set,
    pixels: set.pixels.subarray(0, count * size),
    labels: set.labels && set.labels.subarray(0, count),
    count,
  };
}

/**
 * Splits off `count` images, drawn by `seed`, that a model shall not learn from. Both parts are copies
 * and keep the set's order.
 *
 * @throws OptionError where the set has fewer
 */
export function holdOut(
  set: ImageSet,
  count: number,
  seed: number,
): { train: ImageSet; validation: ImageSet } {
  requireArguments("holdOut", { set: [anImageSet, set], seed: [aSeed, seed] });
  checkCount("holdOut", set, count);
  const order = new RandomStream(seed, "hold-out").permutation(set.count);
  return {
    train: pick(set, order.slice(count).sort()),
    validation: { ...pick(set, order.slice(0, count).sort()), name: `${set.name} (held out)` },
  };
}

/** @throws OptionError where a set has no such first `count` images */
export function checkCount(where: string, set: ImageSet, count: number): void {
  if (!Number.isInteger(count) || count < 0 || count > set.count) {
    throw new OptionError(
      `${where}: count: expected an integer from 0 to ${set.count} (${set.name}), got ${
        said(count)
      }`,
    );
  }
}

/**
 * Some images, copied, in the order of their indices.
 *
 * @throws OptionError where the set has no such image
 */
export function pick(set: ImageSet, indices: Uint32Array): ImageSet {
  requireArguments("pick", { set: [anImageSet, set], indices: [numbers, indices] });
  const outside = indices.find((index) => index >= set.count);
  if (outside !== undefined) {
    throw new OptionError(
      `pick: expected indices below ${set.count} (${set.name}), got ${outside}`,
    );
  }
  const size = set.height * set.width * set.channels;
  const pixels = new Uint8Array(sharedMemory(indices.length * size));
  indices.forEach((index, i) =>
    pixels.set(set.pixels.subarray(index * size, (index + 1) * size), i * size)
  );
  const { labels } = set;
  const own = labels && shared(Uint8Array.from(indices, (index) => labels[index]));
  return { ...set, pixels, labels: own, count: indices.length };
}
