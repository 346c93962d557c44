/** Where tensors become plain arrays: images to codes, codes to pixels. */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { gatherPixels, type ImageSet, treatments } from "../data/dataset.ts";
import type { Model } from "../models/model.ts";
import { parseOptions } from "../options.ts";
import { stoppable } from "../stop.ts";

/** What encoding needs of a model. */
export type Encodes = Pick<Model, "config" | "encode">;
/** What decoding needs of a model. */
export type Decodes = Pick<Model, "config" | "decode">;

/** The codes of a set's images. */
export interface Codes {
  /** E[z|x], or an autoencoder's code: [count · latentDim]. */
  means: Float32Array;
  /** log Var[z|x], the same shape; null for an autoencoder. */
  logVars: Float32Array | null;
  labels: Uint8Array;
  count: number;
  latentDim: number;
}

/** Called after each batch. */
export type Progress = (done: number, total: number) => void;
export const progressOption = z.custom<Progress>(
  (value) => typeof value === "function",
  "expected a function",
).optional();

const encodeSchema = z.strictObject({
  treatment: z.enum(treatments),
  /** The first so many images; all by default. */
  count: z.int().min(1).optional(),
  batchSize: z.int().min(1).default(500),
  /** Which coins `dynamic` throws. */
  seed: z.int().default(0),
  progress: progressOption,
});
export type EncodeOptions = z.input<typeof encodeSchema>;

/**
 * Encodes the first `count` images of a set, in batches. Leaves no tensor behind.
 *
 * @throws OptionError, or RangeError where the set has fewer images
 */
export async function encodeAll(
  model: Encodes,
  set: ImageSet,
  options: EncodeOptions,
): Promise<Codes> {
  const { treatment, count = set.count, batchSize, seed, progress } = parseOptions(
    encodeSchema,
    options,
    "encodeAll",
  );
  if (count > set.count) {
    throw new RangeError(
      `encodeAll: count: expected at most ${set.count} (${set.name}), got ${count}`,
    );
  }
  const { latentDim, kind } = model.config;
  using work = stoppable("encoding");
  const means = new Float32Array(count * latentDim);
  const logVars = kind === "vae" ? new Float32Array(count * latentDim) : null;
  for (let start = 0; start < count; start += batchSize) {
    const indices = range(start, Math.min(start + batchSize, count));
    const x = gatherPixels(set, indices, treatment, { seed, epoch: 0 });
    const [mean, logVar] = tf.tidy(() => {
      const shape = [indices.length, set.height, set.width, set.channels] as const;
      const encoding = model.encode(tf.tensor4d(x, [...shape]));
      return encoding.logVar ? [encoding.mean, encoding.logVar] : [encoding.mean];
    });
    means.set(await take(mean), start * latentDim);
    if (logVar) logVars?.set(await take(logVar), start * latentDim);
    progress?.(start + indices.length, count);
    await work.turn();
  }
  return { means, logVars, labels: set.labels.slice(0, count), count, latentDim };
}

const decodeSchema = z.strictObject({
  batchSize: z.int().min(1).default(500),
  progress: progressOption,
});
export type DecodeOptions = z.input<typeof decodeSchema>;

/**
 * Decodes codes [n · latentDim] to pixel means [n · height · width · channels] in [0, 1], in batches;
 * up to `batchSize` codes (500) in one. Leaves no tensor behind.
 *
 * @throws RangeError where the numbers are not whole codes
 */
export async function decodeCodes(
  model: Decodes,
  codes: Float32Array,
  options: DecodeOptions = {},
): Promise<Float32Array> {
  const { batchSize, progress } = parseOptions(decodeSchema, options, "decodeCodes");
  const { latentDim, inputShape: [height, width, channels] } = model.config;
  if (codes.length % latentDim !== 0) {
    throw new RangeError(
      `decodeCodes: expected codes of ${latentDim} numbers (latentDim), got ${codes.length} numbers`,
    );
  }
  const count = codes.length / latentDim, size = height * width * channels;
  const pixels = new Float32Array(count * size);
  using work = stoppable("decoding");
  for (let start = 0; start < count; start += batchSize) {
    const end = Math.min(start + batchSize, count);
    const z = codes.slice(start * latentDim, end * latentDim);
    const decoded = tf.tidy(() =>
      model.decode(tf.tensor2d(z, [end - start, latentDim]), { applySigmoid: true })
    );
    pixels.set(await take(decoded), start * size);
    progress?.(end, count);
    await work.turn();
  }
  return pixels;
}

/** The values of a tensor that is not needed any more. Asynchronous: WebGPU has no other reads. */
async function take(tensor: tf.Tensor): Promise<Float32Array> {
  const values = await tensor.data<"float32">();
  tensor.dispose();
  return values;
}

/** The whole numbers from `start` to before `end`. */
export function range(start: number, end: number): Uint32Array {
  return Uint32Array.from({ length: end - start }, (_, i) => start + i);
}
