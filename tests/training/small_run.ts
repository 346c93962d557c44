/** A dataset and a model so small that a training run takes milliseconds. */
import type { Dataset } from "../../lib/data/dataset.ts";
import { createImageSet, type ImageSet } from "../../lib/data/image_set.ts";
import type { Model } from "../../lib/models/model.ts";
import { type Preset, preset, type PresetChanges } from "../../lib/models/presets.ts";
import { RandomStream } from "../../lib/random.ts";

/** Bright squares on black, at places drawn by a stream of its own. */
function squares(name: string, count: number): ImageSet {
  const stream = new RandomStream(5, name);
  const pixels = new Uint8Array(count * 784);
  const labels = new Uint8Array(count);
  for (let image = 0; image < count; image++) {
    const x = 2 + stream.integer(14), y = 2 + stream.integer(14);
    labels[image] = (x > 8 ? 1 : 0) + (y > 8 ? 2 : 0);
    for (let i = 0; i < 10; i++) {
      pixels.fill(230, image * 784 + (y + i) * 28 + x, image * 784 + (y + i) * 28 + x + 10);
    }
  }
  return createImageSet({ name, pixels, labels, shape: [28, 28, 1] });
}

export const smallData: Dataset = {
  train: squares("train", 100),
  test: squares("test", 30),
  source: "synthetic",
  note: "squares",
};

/** A set several times over. */
export function repeat(set: ImageSet, times: number): ImageSet {
  const pixels = new Uint8Array(set.pixels.length * times);
  const labels = new Uint8Array(set.count * times);
  for (let i = 0; i < times; i++) {
    pixels.set(set.pixels, i * set.pixels.length);
    labels.set(set.labels!, i * set.count);
  }
  return createImageSet({
    name: set.name,
    pixels,
    labels,
    shape: [set.height, set.width, set.channels],
  });
}

/** Enough images that an epoch takes longer than the time between two looks at it. */
export const longData: Dataset = { ...smallData, train: repeat(smallData.train, 20) };

/** Two small convolutions, seed 1. */
export function smallRecipe(changes: PresetChanges = {}): Preset {
  const small = { filters: [4, 6], learningRate: 3e-3, batchSize: 16, epochs: 3 };
  return preset("conv-vae", { ...small, ...changes });
}

export const smallModel = (changes: PresetChanges = {}): Model => smallRecipe(changes).build();

/** How `smallModel` is trained. */
export const { training: smallTraining } = smallRecipe();

/** All weights of a model, one after the other. */
export async function weightsOf(model: Model): Promise<Float32Array> {
  const parts = await Promise.all(model.variables().map((variable) => variable.data()));
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

/** The largest difference between two vectors. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (!(difference <= most)) most = difference;
  }
  return most;
}
