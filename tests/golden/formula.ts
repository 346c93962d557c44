/**
 * The other side of `make_golden.py`: weights, images and noise by a formula, so that no golden file
 * has to ship them. The formula, the order of the weights and their layout are described there.
 */
import * as tf from "@tensorflow/tfjs";
import type { Treatment } from "../../lib/data/batches.ts";
import { createImageSet, type ImageSet } from "../../lib/data/image_set.ts";
import type { Model } from "../../lib/models/model.ts";
import { presetNames } from "../../lib/models/presets.ts";

const imageStream = 1000, byteStream = 1001, noiseStream = 2000;

/** A few values of a tensor with their flat indexes, and the sum and sum of squares of all. */
export interface Digest {
  shape: number[];
  indexes: number[];
  values: number[];
  sum: number;
  sumOfSquares: number;
}

/** What `make_golden.py` writes for a preset. */
export interface GoldenPreset {
  preset: string;
  treatment: Treatment;
  latentDim: number;
  batch: number;
  parameterCount: number;
  encoderOutput: Digest;
  logits: Digest;
  /** Per image. */
  reconstruction: number[];
  kl: number[];
  /** Mean over the batch. */
  loss: number;
  weights: { name: string; shape: number[]; gradient: Digest }[];
  /** Three steps of the preset's optimizer, see `make_golden.py`. */
  steps: GoldenStep[];
}

/** The presets that `make_golden.py` has: those of tutorials, and of CIFAR-10's reference. */
export const goldenPresets = presetNames
  .filter((name) => !["conditional-vae", "residual-vae-cifar10"].includes(name));

/** One step: the batch's mean terms before it, and how far each weight has moved since the beginning. */
export interface GoldenStep {
  reconstruction: number;
  kl: number;
  moved: Digest[];
}

/** A JSON file beside this one. */
export function readGolden<Content>(name: string): Content {
  return JSON.parse(Deno.readTextFileSync(new URL(name, import.meta.url)));
}

/** 32 bits for a position in a stream: both through MurmurHash3's finalizer. */
export function hash(position: number, stream: number): number {
  let h = Math.imul(position, 2654435761) + Math.imul(stream, 2246822519) + 1;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The first `count` numbers of a stream, in [0, 1). */
export function uniform(count: number, stream: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => hash(i, stream) / 2 ** 32);
}

/** Weight number `stream`, row-major. */
export function weight(shape: number[], stream: number): Float32Array {
  let limit = 0.1;
  if (shape.length > 1) {
    const receptive = shape.slice(0, -2).reduce((product, size) => product * size, 1);
    const fans = receptive * (shape.at(-2)! + shape.at(-1)!);
    limit = Math.sqrt((shape.length === 4 ? 24 : 6) / fans);
  }
  const size = shape.reduce((product, length) => product * length, 1);
  return Float32Array.from(uniform(size, stream), (u) => (2 * u - 1) * limit);
}

type Shape = [height: number, width: number, channels: number];
const sizeOf = (shape: Shape) => shape.reduce((size, length) => size * length);

/** Images [count, ...shape]: zeros and ones for `threshold`, else greys. */
export function images(count: number, shape: Shape, treatment: Treatment): tf.Tensor4D {
  const greys = Float32Array.from(uniform(count * sizeOf(shape), imageStream));
  const pixels = treatment === "threshold" ? greys.map((grey) => grey > 0.5 ? 1 : 0) : greys;
  return tf.tensor4d(pixels, [count, ...shape]);
}

/** The same in bytes, to be treated as a dataset's are: what the steps learn from. */
export function imageBytes(count: number, shape: Shape): ImageSet {
  const bytes = uniform(count * sizeOf(shape), byteStream);
  const pixels = Uint8Array.from(bytes, (u) => Math.floor(256 * u));
  return createImageSet({
    name: "formula",
    pixels,
    labels: new Uint8Array(count),
    shape,
  });
}

/** Numbers of mean 0 and variance 1, [rows, columns]. */
export function noise(rows: number, columns: number): tf.Tensor2D {
  const values = Float32Array.from(
    uniform(rows * columns, noiseStream),
    (u) => Math.sqrt(3) * (2 * u - 1),
  );
  return tf.tensor2d(values, [rows, columns]);
}

/** Gives all of a model's variables the formula's weights. */
export function assignWeights(model: Model): void {
  model.variables().forEach((variable, k) => {
    const value = tf.tensor(weight(variable.shape, k), variable.shape);
    variable.assign(value);
    value.dispose();
  });
}
