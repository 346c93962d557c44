/** Noise on codes: how far can one step aside before the image falls apart? */
import { z } from "zod";
import { Codes } from "../data/codes.ts";
import { treatments } from "../data/batches.ts";
import type { ImageSet } from "../data/image_set.ts";
import { treat } from "../data/treat.ts";
import { columnStatistics, meanSquaredError } from "../evaluation/metrics.ts";
import { aModel, anImageSet, numbers, requireArguments } from "../kinds.ts";
import { OptionError, parseOptions } from "../options.ts";
import { RandomStream } from "../random.ts";
import { linearSteps } from "../steps.ts";
import { decodeCodes, type Decodes, encodeAll, type Encodes } from "./encode.ts";

const noiseSchema = z.strictObject({
  /** How many codes, the undisturbed one included. */
  steps: z.int().min(1).default(8),
  /** Noise of the last, in the unit of `deviations`. */
  amount: z.number().default(3),
  seed: z.int().default(0),
  /**
   * The unit of the noise, [latentDim]: the codes' standard deviation in each dimension makes two models
   * comparable whose codes spread differently. Ones by default.
   */
  deviations: z.custom<ArrayLike<number>>(
    (value) => Array.isArray(value) || ArrayBuffer.isView(value),
    "expected an array of numbers",
  ).optional(),
});
export type NoiseOptions = z.input<typeof noiseSchema>;

/**
 * A code with growing noise in one random direction: code + s · deviations ⊙ noise, s from 0 to
 * `amount` in equal steps. The first is the code itself.
 *
 * @param code [latentDim]
 * @throws OptionError, as where there is not one deviation for each dimension
 */
export function disturbedCodes(code: ArrayLike<number>, options: NoiseOptions = {}): Codes {
  requireArguments("disturbedCodes", { code: [numbers, code] });
  const { steps, amount, seed, deviations } = parseOptions(noiseSchema, options, "disturbedCodes");
  const d = code.length;
  if (deviations && deviations.length !== d) {
    throw new OptionError(
      `disturbedCodes: deviations: expected ${d}, one for each dimension, got ${deviations.length}`,
    );
  }
  const noise = unitLength(new RandomStream(seed, "disturb").normals(d));
  const values = new Float32Array(steps * d);
  linearSteps(steps, 0, amount).forEach((scale, step) => {
    for (let i = 0; i < d; i++) {
      values[step * d + i] = code[i] + scale * noise[i] * (deviations?.[i] ?? 1);
    }
  });
  return new Codes(values, d);
}

/** Scales a draw to length √d, that of a typical one, so that every seed disturbs equally. */
function unitLength(noise: Float32Array): Float32Array {
  const length = Math.hypot(...noise);
  return noise.map((value) => (value / length) * Math.sqrt(noise.length));
}

const disturbanceSchema = z.strictObject({
  /** Of the originals to compare with: one for all models that are compared; the model's by default. */
  target: z.enum(treatments).optional(),
  /** The first so many images. */
  count: z.int().min(1).default(200),
  steps: z.int().min(1).default(8),
  /** The strongest noise, in standard deviations of the model's own codes. */
  amount: z.number().default(2),
  /** Of the directions; the model's by default. */
  seed: z.int().optional(),
});
export type DisturbanceOptions = z.input<typeof disturbanceSchema>;

/** What noise does to reconstructions. */
export interface Disturbance {
  /** The noise of each step, in standard deviations of the model's own codes. */
  amounts: number[];
  /** Mean squared error per pixel at each step, mean over the images. */
  errors: number[];
}

/**
 * Encodes a set's first `count` images, adds growing noise to the codes, each in a direction of its own,
 * and measures how far the decoded images are from the originals: an average over many images, where
 * one could be luck.
 *
 * @throws OptionError
 */
export async function disturbance(
  model: Encodes & Decodes,
  set: ImageSet,
  options: DisturbanceOptions = {},
): Promise<Disturbance> {
  requireArguments("disturbance", { model: [aModel, model], set: [anImageSet, set] });
  const { target, count, steps, amount, seed } = parseOptions(
    disturbanceSchema,
    options,
    "disturbance",
  );
  const { latentDim, treatment, seed: ownSeed } = model.config;
  const codes = await encodeAll(model, set, { count });
  const deviations = columnStatistics(codes.values, latentDim).variance.map(Math.sqrt);
  const originals = treat(set, target ?? treatment, { count, seed: ownSeed });
  const walks = Array.from({ length: count }, (_, i) => {
    const noise = { steps, amount, seed: (seed ?? ownSeed) + i, deviations };
    return disturbedCodes(codes.row(i), noise);
  });
  const errors: number[] = [];
  for (let step = 0; step < steps; step++) {
    const values = new Float32Array(codes.values.length);
    walks.forEach((walk, i) => values.set(walk.row(step), i * latentDim));
    const drawn = await decodeCodes(model, new Codes(values, latentDim));
    errors.push(meanSquaredError(originals.pixels, drawn.pixels));
  }
  return { amounts: linearSteps(steps, 0, amount), errors };
}
