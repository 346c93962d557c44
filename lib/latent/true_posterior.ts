/** The true posterior p(z|x) on a grid over the latent space, and how far q(z|x) is from it. */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { gatherPixels, treatments } from "../data/batches.ts";
import type { ImageSet } from "../data/image_set.ts";
import { logMeanExp } from "../evaluation/log_mean_exp.ts";
import { aGrid, aModel, anImageSet, requireArguments } from "../kinds.ts";
import { OptionError, parseOptions } from "../options.ts";
import { stoppable } from "../stop.ts";
import type { Model } from "../models/model.ts";
import { type Encodes, progressOption } from "./encode.ts";
import { cellArea, divergenceOnGrid, type Gaussian, logNormalDensity } from "./grid_divergence.ts";
import type { LatentGrid } from "./manifold.ts";

/** What p(x|z) needs of a model. */
type Judges = Encodes & Pick<Model, "decode" | "likelihood" | "logScale">;

/** One image's posteriors over a grid. q(z|x) is the encoder's N(mean, exp(logVar)). */
export interface GridPosterior extends Gaussian {
  grid: LatentGrid;
  /** log p(z|x) at each code of the grid, [rows · columns]: a density, in nats. */
  logPosterior: Float64Array;
  /** log q(z|x) there. */
  logQ: Float64Array;
  /** log p(x) = log ∫ p(x|z) p(z) dz, in nats. */
  logEvidence: number;
  /** KL(q(z|x) ‖ p(z|x)), in nats: log p(x) less the ELBO. */
  gap: number;
  /** q's mass on the grid. Not 1 where the grid is too small or too coarse; then no number here holds. */
  massOfQ: number;
}

const posteriorSchema = z.strictObject({
  /** Which images of the set. */
  indices: z.array(z.int().min(0)).min(1),
  /** The model's by default. */
  treatment: z.enum(treatments).optional(),
  /** Codes decoded at a time. */
  batchSize: z.int().min(1).default(500),
  progress: progressOption,
});
export type PosteriorOptions = z.input<typeof posteriorSchema>;

/**
 * p(z|x) = p(x|z) p(z) / p(x) by Bayes' rule, with p(x) as the sum over the grid's cells: what q(z|x) only
 * approximates. log p(x) − ELBO = KL(q ‖ p(z|x)) is the inference gap (C. Cremer, X. Li, D. Duvenaud:
 * Inference Suboptimality in Variational Autoencoders, 2018, arXiv 1801.03558, eq. 2).
 *
 * For smooth densities the sum is exact to far below a hundredth where a step is no longer than their
 * standard deviation. It needs a grid over all of the latent space, so at most two dimensions.
 *
 * @param grid in equal steps, as `linearGrid` makes them
 * @returns one for each index
 * @throws OptionError for an autoencoder, for more than two latent dimensions, or an index the set has not
 */
export async function truePosterior(
  model: Judges,
  grid: LatentGrid,
  set: ImageSet,
  options: PosteriorOptions,
): Promise<GridPosterior[]> {
  requireArguments("truePosterior", {
    model: [aModel, model],
    grid: [aGrid, grid],
    set: [anImageSet, set],
  });
  const { indices, treatment = model.config.treatment, batchSize, progress } = parseOptions(
    posteriorSchema,
    options,
    "truePosterior",
  );
  check(model, grid, set, indices);
  const { latentDim, seed } = model.config;
  const pixels = gatherPixels(set, Uint32Array.from(indices), treatment, { seed, epoch: 0 });
  const x = tf.tensor4d(pixels, [indices.length, set.height, set.width, set.channels]);
  const { mean, logVar } = model.encode(x);
  const cells = grid.codes.count;
  /** log p(x|z), a row for each code, a column for each image. */
  const logLikelihood = new Float32Array(cells * indices.length);
  using work = stoppable("looking for the true posterior");
  try {
    for (let start = 0; start < cells; start += batchSize) {
      const end = Math.min(start + batchSize, cells);
      const codes = grid.codes.slice(start, end).values.slice();
      const block = tf.tidy(() => {
        const outputs = model.decode(tf.tensor2d(codes, [end - start, latentDim]));
        return logLikelihoods(model, outputs, x);
      });
      logLikelihood.set(await block.data<"float32">(), start * indices.length);
      block.dispose();
      progress?.(end, cells);
      await work.turn();
    }
    const [means, logVars] = [await mean.data(), await logVar!.data()];
    return indices.map((_, i) => {
      const own = (values: ArrayLike<number>) =>
        Array.from({ length: latentDim }, (_, k) => values[i * latentDim + k]);
      const ofImage = Float64Array.from(
        { length: cells },
        (_, cell) => logLikelihood[cell * indices.length + i],
      );
      return posteriorOf(grid, ofImage, { mean: own(means), logVar: own(logVars) });
    });
  } finally {
    tf.dispose([x, mean, logVar!]);
  }
}

function check({ config }: Encodes, grid: LatentGrid, set: ImageSet, indices: number[]): void {
  if (config.kind === "ae") {
    throw new OptionError('truePosterior: kind: expected "vae", which has a p(z|x), got "ae"');
  }
  if (config.classes) {
    throw new OptionError(
      `truePosterior: expected a model of p(x|z), got a conditional one, of p(x|z, y)`,
    );
  }
  if (config.latentDim > 2) {
    throw new OptionError(
      `truePosterior: latentDim: expected 1 or 2, which a grid can cover, got ${config.latentDim}`,
    );
  }
  if (grid.codes.latentDim !== config.latentDim) {
    throw new OptionError(
      `truePosterior: grid: expected codes of latentDim ${config.latentDim}, as the model's, ` +
        `got ${grid.codes.latentDim}`,
    );
  }
  const missing = indices.find((index) => index >= set.count);
  if (missing !== undefined) {
    throw new OptionError(
      `truePosterior: indices: expected integers below ${set.count} (${set.name}), got ${missing}`,
    );
  }
}

/** log p(x|z) of each code's outputs [codes, …] and each image [images, …]: [codes, images]. */
function logLikelihoods(
  { likelihood, logScale }: Judges,
  outputs: tf.Tensor4D,
  x: tf.Tensor4D,
): tf.Tensor2D {
  const [codes] = outputs.shape, [images] = x.shape;
  if (likelihood.logPartition) {
    // Σ x·l − A(l): one product serves all images, and no pixel is seen twice.
    const l = outputs.reshape<tf.Tensor2D>([codes, -1]);
    const columns = x.reshape<tf.Tensor2D>([images, -1]).transpose<tf.Tensor2D>();
    return tf.matMul(l, columns).sub(likelihood.logPartition(l).sum(1, true));
  }
  const columns = tf.split(x, images).map((one) =>
    likelihood.nll(outputs, one.tile([codes, 1, 1, 1]), logScale).neg()
  );
  return tf.stack(columns, 1) as tf.Tensor2D;
}

/** Bayes' rule on the grid, for one image. */
function posteriorOf(
  grid: LatentGrid,
  logLikelihood: Float64Array,
  q: Gaussian,
): GridPosterior {
  const standard = { mean: q.mean.map(() => 0), logVar: q.mean.map(() => 0) };
  const logJoint = logLikelihood.map((value, cell) => value + logDensity(grid, cell, standard));
  const logEvidence = logMeanExp(Array.from(logJoint)) +
    Math.log(logJoint.length * cellArea(grid));
  const logPosterior = logJoint.map((value) => value - logEvidence);
  const logQ = logJoint.map((_, cell) => logDensity(grid, cell, q));
  const { kl: gap, mass: massOfQ } = divergenceOnGrid(grid, logPosterior, q);
  return { grid, ...q, logPosterior, logQ, logEvidence, gap, massOfQ };
}

/** log of a Gaussian's density at a code of the grid. */
function logDensity({ codes }: LatentGrid, cell: number, { mean, logVar }: Gaussian): number {
  return mean.reduce(
    (sum, m, k) => sum + logNormalDensity(codes.values[cell * mean.length + k], m, logVar[k]),
    0,
  );
}
