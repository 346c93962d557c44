/** Pictures drawn by a program, for machines that cannot have a public set: same size, own contents. */
import { join } from "node:path";
import { sharedMemory } from "../host.ts";
import { RandomStream } from "../random.ts";
import { stoppable } from "../stop.ts";
import { createImageSet, type ImageSet } from "./image_set.ts";
import { readWhole, replaceWhole } from "../whole_folder.ts";
import { encodeIdx, parseIdx } from "./idx.ts";
import type { ImageShape } from "./images.ts";

/** A kind of picture, with ten or so classes. */
export interface Drawing {
  /** `Dataset.source`. */
  source: string;
  /** What the pictures are called, as in `synthetic digits`. */
  words: string;
  /** Begins the cache's name: another one when drawings change. */
  version: string;
  shape: ImageShape;
  classNames: readonly string[];
  /** @returns height · width · channels bytes, a function of the class and the stream */
  draw(label: number, random: RandomStream): Uint8Array;
}

/**
 * A set of synthetic pictures, every class equally often (to one image), in random order. Image `i` is a
 * function of `(seed, part, i)`.
 */
export async function drawSet(
  drawing: Drawing,
  part: "train" | "test",
  count: number,
  seed: number,
  progress: (done: number) => void = () => {},
): Promise<ImageSet> {
  const size = drawing.shape.reduce((product, side) => product * side, 1);
  const pixels = new Uint8Array(sharedMemory(count * size));
  const classes = drawing.classNames.length;
  const labels = Uint8Array.from(
    new RandomStream(seed, `synthetic ${part} labels`).permutation(count),
    (place) => place % classes,
  );
  using work = stoppable(`drawing ${drawing.words}`);
  for (let i = 0; i < count; i++) {
    const image = drawing.draw(labels[i], new RandomStream(seed, `synthetic ${part}`, i));
    pixels.set(image, i * size);
    if (i % 500 === 499) progress(i + 1);
    if (i % 50 === 49) await work.turn();
  }
  return setOf(drawing, part, pixels, labels);
}

function setOf(
  { shape, classNames }: Drawing,
  part: string,
  pixels: Uint8Array,
  labels: Uint8Array,
) {
  return createImageSet({ name: `synthetic ${part}`, pixels, labels, shape, classNames });
}

/** How many images to draw, from which seed, and where the drawings are kept. */
export interface SyntheticOptions {
  folder: string;
  seed: number;
  trainCount: number;
  testCount: number;
  progress?: (done: number, total: number) => void;
}

/** Two sets, and whether the cache has them now. */
export interface SyntheticSets {
  train: ImageSet;
  test: ImageSet;
  kept: boolean;
}

const parts = ["train", "test"] as const;

/**
 * Synthetic pictures, drawn at the first call (some seconds for 70,000) and read from the cache after it. A
 * damaged cache is drawn again; a folder that cannot be written only costs the drawing.
 */
export async function loadSynthetic(
  drawing: Drawing,
  { folder, seed, trainCount, testCount, progress = () => {} }: SyntheticOptions,
): Promise<SyntheticSets> {
  const cache = join(folder, `${drawing.version}-seed${seed}-${trainCount}-${testCount}`);
  const before = await readCache(cache, drawing);
  if (before) return { ...before, kept: true };
  const total = trainCount + testCount;
  const train = await drawSet(drawing, "train", trainCount, seed, (done) => progress(done, total));
  const test = await drawSet(
    drawing,
    "test",
    testCount,
    seed,
    (done) => progress(trainCount + done, total),
  );
  const kept = await writeCache(cache, { train, test }).then(() => true, () => false);
  return { train, test, kept };
}

async function readCache(cache: string, drawing: Drawing) {
  try {
    const files = await readWhole(cache);
    const [train, test] = parts.map((part) => {
      const read = (kind: "images" | "labels") => {
        const file = `${part}-${kind}.idx`;
        return parseIdx(files.get(file)!, kind, file).data;
      };
      return setOf(drawing, part, read("images"), read("labels"));
    });
    return { train, test };
  } catch {
    return null;
  }
}

async function writeCache(cache: string, sets: { train: ImageSet; test: ImageSet }) {
  await replaceWhole(
    cache,
    new Map(parts.flatMap((part) => {
      const { pixels, labels, count, height, width, channels } = sets[part];
      // IDX images have no channels: a pixel's stand side by side.
      const shape = [count, height, width * channels];
      return [
        [`${part}-images.idx`, encodeIdx({ shape, data: pixels })],
        [`${part}-labels.idx`, encodeIdx({ shape: [count], data: labels! })],
      ] as const;
    })),
  );
}
