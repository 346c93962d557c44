/** A tighter bound on log p(x) than the ELBO, from several draws of z. */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { gatherPixels, treatments } from "../data/batches.ts";
import type { ImageSet } from "../data/image_set.ts";
import { monteCarloKl } from "../losses.ts";
import { conditionOf } from "../models/condition.ts";
import { type Model, reparameterize } from "../models/model.ts";
import { aModel, anImageSet, requireArguments } from "../kinds.ts";
import { OptionError, parseOptions } from "../options.ts";
import { RandomStream } from "../random.ts";
import { type Stoppable, stoppable } from "../stop.ts";
import { logMeanExp } from "./log_mean_exp.ts";

const boundSchema = z.strictObject({
  /** The model's by default. */
  treatment: z.enum(treatments).optional(),
  /** Draws of z per image. */
  k: z.int().min(1).default(50),
  /** The first so many images. */
  count: z.int().min(1).default(1000),
  /** With 100 and the model's own seed, the first draws are those of evaluation during training. */
  batchSize: z.int().min(1).default(100),
  /** The model's by default. */
  seed: z.int().optional(),
  progress: z.custom<(done: number, total: number) => void>(
    (value) => typeof value === "function",
    "expected a function",
  ).optional(),
});
export type BoundOptions = z.input<typeof boundSchema>;

/** Bounds on log p(x) in nats per image, mean over the images. */
export interface ImportanceBound {
  /** E[log 1/k Σ w_i]: rises with k towards log p(x). */
  bound: number;
  /** The single-sample ELBO from the same draws: the mean of log w. Never above the bound. */
  elbo: number;
  k: number;
  count: number;
}

/**
 * The importance-weighted bound L_k = E[log 1/k Σ_i p(x, z_i) / q(z_i|x)], z_i ~ q(z|x)
 * (Burda et al. 2015, arXiv 1509.00519, eq. 8). L_1 is the ELBO.
 *
 * Grey pixels make it a number to compare, not a likelihood.
 *
 * @throws OptionError for an autoencoder, which has no q(z|x)
 */
export async function iwaeBound(
  model: Pick<Model, "config" | "encode" | "nll">,
  set: ImageSet,
  options: BoundOptions = {},
): Promise<ImportanceBound> {
  requireArguments("iwaeBound", { model: [aModel, model], set: [anImageSet, set] });
  const parsed = parseOptions(boundSchema, options, "iwaeBound");
  const { treatment = model.config.treatment, seed = model.config.seed } = parsed;
  const { k, batchSize, progress } = parsed;
  if (model.config.kind === "ae") {
    throw new OptionError('iwaeBound: kind: expected "vae", which has a q(z|x), got "ae"');
  }
  const count = Math.min(parsed.count, set.count);
  let bound = 0, elbo = 0;
  using work = stoppable("computing the bound");
  for (let start = 0; start < count; start += batchSize) {
    const rows = Math.min(batchSize, count - start);
    const indices = Uint32Array.from({ length: rows }, (_, i) => start + i);
    const pixels = gatherPixels(set, indices, treatment, { seed, epoch: 0 });
    const x = tf.tensor4d(pixels, [rows, set.height, set.width, set.channels]);
    const y = conditionOf("iwaeBound", model.config, set, indices);
    const logWeights = await drawLogWeights(
      model,
      x,
      y,
      k,
      work,
      (draw) => noiseOf(seed, start / batchSize, draw).normals(rows * model.config.latentDim),
    ).finally(() => tf.dispose(y ? [x, y] : x));
    for (let row = 0; row < rows; row++) {
      const weights = logWeights.map((draw) => draw[row]);
      bound += logMeanExp(weights);
      elbo += weights.reduce((sum, weight) => sum + weight, 0) / k;
    }
    progress?.(start + rows, count);
  }
  return { bound: bound / count, elbo: elbo / count, k, count };
}

/** The first draw's noise is that of the single-sample ELBO during training: L_1 is the same number. */
function noiseOf(seed: number, batch: number, draw: number): RandomStream {
  return new RandomStream(seed, "evaluation", ...(draw === 0 ? [batch] : [batch, draw]));
}

/** log w = log p(x|z) + log p(z) − log q(z|x) of k draws: k arrays [batch]. */
async function drawLogWeights(
  model: Pick<Model, "config" | "encode" | "nll">,
  x: tf.Tensor4D,
  y: tf.Tensor2D | null,
  k: number,
  work: Stoppable,
  noise: (draw: number) => Float32Array,
): Promise<Float32Array[]> {
  const { mean, logVar } = model.encode(x, y);
  const draws: Float32Array[] = [];
  try {
    for (let draw = 0; draw < k; draw++) {
      const logWeight = tf.tidy(() => {
        const eps = tf.tensor2d(noise(draw), mean.shape);
        const z = reparameterize(mean, logVar!, eps);
        return model.nll(z, x, y).add(monteCarloKl(z, logVar!, eps)).neg();
      });
      draws.push(await logWeight.data<"float32">());
      logWeight.dispose();
      await work.turn();
    }
    return draws;
  } finally {
    tf.dispose([mean, logVar!]);
  }
}
