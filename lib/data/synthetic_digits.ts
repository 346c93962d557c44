/** Digits drawn by a program, for machines that cannot have MNIST: same size, same labels, own shapes. */
import { join } from "node:path";
import { RandomStream } from "../random.ts";
import { stoppable } from "../stop.ts";
import { createImageSet, type ImageSet } from "./image_set.ts";
import { removeIfThere } from "../files.ts";
import { readWhole, writeWhole } from "../whole_folder.ts";
import { encodeIdx, parseIdx } from "./idx.ts";
import { digitNames } from "./labels.ts";
import { drawDigit, side } from "./pen.ts";

/** Part of the cache's name: raise it when drawings change. */
const version = 1;

/**
 * A set of synthetic digits, every class equally often (to one image), in random order. Image `i` is a
 * function of `(seed, part, i)`.
 */
export async function drawDigits(
  part: "train" | "test",
  count: number,
  seed: number,
  progress: (done: number) => void = () => {},
): Promise<ImageSet> {
  const pixels = new Uint8Array(new SharedArrayBuffer(count * side * side));
  const labels = Uint8Array.from(
    new RandomStream(seed, `synthetic ${part} labels`).permutation(count),
    (place) => place % 10,
  );
  using work = stoppable("drawing digits");
  for (let i = 0; i < count; i++) {
    const image = drawDigit(labels[i], new RandomStream(seed, `synthetic ${part}`, i));
    pixels.set(image, i * side * side);
    if (i % 500 === 499) progress(i + 1);
    if (i % 50 === 49) await work.turn();
  }
  return createImageSet({
    name: `synthetic ${part}`,
    pixels,
    labels,
    shape: [side, side, 1],
    classNames: digitNames,
  });
}

/** How many images to draw, from which seed, and where the drawings are kept. */
export interface SyntheticOptions {
  folder: string;
  seed: number;
  trainCount: number;
  testCount: number;
  progress?: (done: number, total: number) => void;
}

const parts = ["train", "test"] as const;

/**
 * Synthetic digits, drawn at the first call (some seconds for 70,000) and read from the cache after
 * it. A damaged cache is drawn again; a folder that cannot be written only costs the drawing.
 */
export async function loadSyntheticDigits(
  { folder, seed, trainCount, testCount, progress = () => {} }: SyntheticOptions,
): Promise<{ train: ImageSet; test: ImageSet }> {
  const cache = join(folder, `v${version}-seed${seed}-${trainCount}-${testCount}`);
  const kept = await readCache(cache);
  if (kept) return kept;
  const total = trainCount + testCount;
  const train = await drawDigits("train", trainCount, seed, (done) => progress(done, total));
  const test = await drawDigits(
    "test",
    testCount,
    seed,
    (done) => progress(trainCount + done, total),
  );
  await writeCache(cache, { train, test }).catch(() => {});
  return { train, test };
}

async function readCache(cache: string) {
  try {
    const files = await readWhole(cache);
    const sets = parts.map((part) => {
      const read = (kind: "images" | "labels") => {
        const file = `${part}-${kind}.idx`;
        return parseIdx(files.get(file)!, kind, file).data;
      };
      const [pixels, labels] = [read("images"), read("labels")];
      return createImageSet({
        name: `synthetic ${part}`,
        pixels,
        labels,
        shape: [side, side, 1],
        classNames: digitNames,
      });
    });
    return { train: sets[0], test: sets[1] };
  } catch {
    return null;
  }
}

async function writeCache(cache: string, sets: { train: ImageSet; test: ImageSet }) {
  const unfinished = `${cache}.${crypto.randomUUID()}.part`;
  const files = new Map(parts.flatMap((part) => {
    const { pixels, labels, count } = sets[part];
    return [
      [`${part}-images.idx`, encodeIdx({ shape: [count, side, side], data: pixels })],
      [`${part}-labels.idx`, encodeIdx({ shape: [count], data: labels! })],
    ] as const;
  }));
  try {
    await writeWhole(unfinished, files);
    // A folder is not renamed over a full one: what is there was damaged, or is another process's.
    await removeIfThere(cache);
    await Deno.rename(unfinished, cache);
  } catch (error) {
    await removeIfThere(unfinished).catch(() => {});
    throw error;
  }
}
