/** Labelled images as bytes, and how batches of numbers in [0, 1] are made of them. */
import { z } from "zod";
import { isShared, sharedMemory } from "../host.ts";
import { formatNumber } from "../numbers.ts";
import { OptionError, parseOptions } from "../options.ts";
import { RandomStream } from "../random.ts";
import { markdownTable, plainMarkdown, withMarkdown } from "../rich.ts";

/** Labelled images of one size. */
export interface ImageSet {
  /** What the set is called where numbers are shown, as in `MNIST train`. */
  name: string;
  /** `count · height · width · channels` bytes 0–255 on a SharedArrayBuffer: workers read them without a copy. */
  pixels: Uint8Array;
  /** One class number per image. */
  labels: Uint8Array;
  count: number;
  height: number;
  width: number;
  channels: number;
}

/** What a model learns from and what it is judged by. */
export interface Dataset {
  train: ImageSet;
  test: ImageSet;
  /** `mnist`, `synthetic` (drawn by the project), or a name of the reader's. */
  source: string;
  /** One sentence: where the images came from. */
  note: string;
}

/** What a set's images are called in sentences: `60,000 MNIST digits`. */
export function imagesOf(source: string, count: number): string {
  const names: Record<string, string> = { mnist: "MNIST digits", synthetic: "synthetic digits" };
  return `${formatNumber(count)} ${names[source] ?? `images of "${source}"`}`;
}

/** The dataset, showing itself as a table where it is the last line of a cell. */
export function richDataset(dataset: Dataset): Dataset {
  return withMarkdown(dataset, () => {
    const rows = [dataset.train, dataset.test].map((set) => ({
      set: set.name,
      images: set.count,
      "shape of one": `${set.height} × ${set.width} × ${set.channels}`,
      "of each class": classCounts(set).map((n, digit) => `${digit}: ${n}`).join(", "),
    }));
    return `${plainMarkdown(dataset.note)}\n\n${markdownTable(rows)}`;
  });
}

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

const greys = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/**
 * Copies bytes and labels into an image set that can be shared with workers.
 *
 * @throws OptionError where the number of bytes is not that of `labels.length` images
 */
export function createImageSet(
  name: string,
  pixels: Uint8Array | Uint8ClampedArray,
  labels: Uint8Array,
  [height, width, channels]: readonly [number, number, number],
): ImageSet {
  const count = labels.length;
  const wanted = count * height * width * channels;
  if (pixels.length !== wanted) {
    throw new OptionError(
      `createImageSet: ${name}: expected ${wanted} bytes for ${count} images of ${height}×${width}×${channels}, ` +
        `got ${pixels.length}`,
    );
  }
  return { name, pixels: shared(pixels), labels: shared(labels), count, height, width, channels };
}

/** @throws OptionError for numbers of another kind, which a copy would cut to whole ones or wrap */
function shared(bytes: Uint8Array | Uint8ClampedArray): Uint8Array {
  if (!(bytes instanceof Uint8Array || bytes instanceof Uint8ClampedArray)) {
    throw new OptionError(
      "createImageSet: pixels and labels: expected bytes 0–255 in a Uint8Array, got " +
        Object(bytes).constructor.name,
    );
  }
  if (isShared(bytes.buffer) && bytes instanceof Uint8Array) return bytes;
  const copy = new Uint8Array(sharedMemory(bytes.length));
  copy.set(bytes);
  return copy;
}

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
  const size = set.height * set.width * set.channels;
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
    const from = index * size, to = i * size;
    if (treatment === "threshold") {
      for (let p = 0; p < size; p++) values[to + p] = set.pixels[from + p] > 127 ? 1 : 0;
    } else if (treatment === "grey") {
      for (let p = 0; p < size; p++) values[to + p] = greys[set.pixels[from + p]];
    } else {
      const coins = new RandomStream(draw.seed, "binarize", draw.epoch, index);
      for (let p = 0; p < size; p++) {
        values[to + p] = coins.uniform() * 255 < set.pixels[from + p] ? 1 : 0;
      }
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

function checkCount(where: string, set: ImageSet, count: number) {
  if (!Number.isInteger(count) || count < 0 || count > set.count) {
    throw new OptionError(
      `${where}: count: expected an integer from 0 to ${set.count} (${set.name}), got ${count}`,
    );
  }
}

/**
 * The first `count` images, without a copy.
 *
 * @throws OptionError where the set has fewer
 */
export function take(set: ImageSet, count: number): ImageSet {
  checkCount("take", set, count);
  const size = set.height * set.width * set.channels;
  return {
    ...set,
    pixels: set.pixels.subarray(0, count * size),
    labels: set.labels.subarray(0, count),
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
  checkCount("holdOut", set, count);
  const order = new RandomStream(seed, "hold-out").permutation(set.count);
  return {
    train: select(set, order.slice(count).sort(), set.name),
    validation: select(set, order.slice(0, count).sort(), `${set.name} (held out)`),
  };
}

function select(set: ImageSet, indices: Uint32Array, name: string): ImageSet {
  const size = set.height * set.width * set.channels;
  const pixels = new Uint8Array(sharedMemory(indices.length * size));
  const labels = new Uint8Array(sharedMemory(indices.length));
  indices.forEach((index, i) => {
    pixels.set(set.pixels.subarray(index * size, (index + 1) * size), i * size);
    labels[i] = set.labels[index];
  });
  return { ...set, name, pixels, labels, count: indices.length };
}

/** How many images each class has: `classCounts(set)[7]` is the number of sevens. */
export function classCounts(set: ImageSet, classes = 10): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of set.labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}
