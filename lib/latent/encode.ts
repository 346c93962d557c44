/** Where tensors become plain values: images to codes, codes to images. */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { asCodes, Codes } from "../data/codes.ts";
import { gatherPixels, treatments } from "../data/batches.ts";
import type { ImageSet } from "../data/image_set.ts";
import { Images } from "../data/images.ts";
import { checkCount } from "../data/image_set.ts";
import { conditionOf } from "../models/condition.ts";
import type { Model } from "../models/model.ts";
import { aModel, anImageSet, requireArguments } from "../kinds.ts";
import { OptionError, parseOptions } from "../options.ts";
import { range } from "../steps.ts";
import { stoppable } from "../stop.ts";

/** What encoding needs of a model. */
export type Encodes = Pick<Model, "config" | "encode">;
/** What decoding needs of a model. */
export type Decodes = Pick<Model, "config" | "pixelMeans">;

/** Called after each batch. */
export type Progress = (done: number, total: number) => void;
export const progressOption = z.custom<Progress>(
  (value) => typeof value === "function",
  "expected a function",
).optional();

const encodeSchema = z.strictObject({
  /** The model's by default. */
  treatment: z.enum(treatments).optional(),
  /** The first so many images; all by default. */
  count: z.int().min(1).optional(),
  batchSize: z.int().min(1).default(500),
  /** Which coins `dynamic` throws; the model's by default, as training's evaluation does. */
  seed: z.int().optional(),
  progress: progressOption,
});
export type EncodeOptions = z.input<typeof encodeSchema>;

/**
 * The codes of a set's first `count` images, with their labels: for a VAE the means E[z|x] as `values`,
 * and `logVars`; an autoencoder has no `logVars`. In batches; leaves no tensor behind.
 *
 * @throws OptionError, as where the set has fewer images
 *
 * @example
 * ```ts
 * import type { Dataset } from "../data/mod.ts";
 * import type { Model } from "../models/mod.ts";
 * import { decodeCodes, encodeAll } from "./encode.ts";
 *
 * async function reconstruct(model: Model, { test }: Dataset) {
 *   const codes = await encodeAll(model, test, { count: 10 });
 *   return await decodeCodes(model, codes);
 * }
 * ```
 */
export async function encodeAll(
  model: Encodes,
  set: ImageSet,
  options: EncodeOptions = {},
): Promise<Codes> {
  requireArguments("encodeAll", { model: [aModel, model], set: [anImageSet, set] });
  const parsed = parseOptions(encodeSchema, options, "encodeAll");
  const { latentDim, kind } = model.config;
  const { treatment = model.config.treatment, seed = model.config.seed } = parsed;
  const { count = set.count, batchSize, progress } = parsed;
  checkCount("encodeAll", set, count);
  using work = stoppable("encoding");
  const values = new Float32Array(count * latentDim);
  const logVars = kind === "vae" ? new Float32Array(count * latentDim) : null;
  for (let start = 0; start < count; start += batchSize) {
    const indices = range(start, Math.min(start + batchSize, count));
    const x = gatherPixels(set, indices, treatment, { seed, epoch: 0 });
    const [mean, logVar] = tf.tidy(() => {
      const shape = [indices.length, set.height, set.width, set.channels] as const;
      const y = conditionOf("encodeAll", model.config, set, indices);
      const encoding = model.encode(tf.tensor4d(x, [...shape]), y);
      return encoding.logVar ? [encoding.mean, encoding.logVar] : [encoding.mean];
    });
    values.set(await take(mean), start * latentDim);
    if (logVar) logVars?.set(await take(logVar), start * latentDim);
    progress?.(start + indices.length, count);
    await work.turn();
  }
  const { labels, classNames } = set;
  return new Codes(values, latentDim, {
    logVars,
    labels: labels && labels.slice(0, count),
    classNames,
  });
}

const decodeSchema = z.strictObject({
  batchSize: z.int().min(1).default(500),
  progress: progressOption,
});
export type DecodeOptions = z.input<typeof decodeSchema>;

/**
 * The images that codes decode to: pixel means in [0, 1], in batches; up to `batchSize` codes (500) in
 * one. Leaves no tensor behind.
 *
 * @throws OptionError where the codes have another latentDim than the model
 */
export async function decodeCodes(
  model: Decodes,
  codes: Codes,
  options: DecodeOptions = {},
): Promise<Images> {
  requireArguments("decodeCodes", { model: [aModel, model] });
  const { batchSize, progress } = parseOptions(decodeSchema, options, "decodeCodes");
  const { values, count } = asCodes("decodeCodes", codes);
  const { latentDim, inputShape } = model.config;
  if (codes.latentDim !== latentDim) {
    throw new OptionError(
      `decodeCodes: codes: expected latentDim ${latentDim}, as the model's, got ${codes.latentDim}`,
    );
  }
  const size = inputShape[0] * inputShape[1] * inputShape[2];
  const pixels = new Float32Array(count * size);
  using work = stoppable("decoding");
  for (let start = 0; start < count; start += batchSize) {
    const end = Math.min(start + batchSize, count);
    const z = values.slice(start * latentDim, end * latentDim);
    const decoded = tf.tidy(() => {
      const y = conditionOf("decodeCodes: codes", model.config, codes, range(start, end));
      return model.pixelMeans(tf.tensor2d(z, [end - start, latentDim]), y);
    });
    pixels.set(await take(decoded), start * size);
    progress?.(end, count);
    await work.turn();
  }
  return new Images(pixels, inputShape);
}

/** The values of a tensor that is not needed any more. Asynchronous: WebGPU has no other reads. */
async function take(tensor: tf.Tensor): Promise<Float32Array> {
  const values = await tensor.data<"float32">();
  tensor.dispose();
  return values;
}
