/**
 * One step of training, from images to new weights, in plain tensors: what training means.
 *
 * ```text
 * batch      x: images as numbers; x̃ = x, or x with noise on it; ε ~ N(0, 1); y: classes, where the model is told them
 * terms      of each image, z = mean(x̃) + exp(logVar(x̃) / 2) ⊙ ε:  −log p(x|z)  and  KL(q(z|x̃) ‖ p(z))
 * loss       L = (Σ −log p + w · Σ KL) / B,  summed over the batch's B images; w is beta, or less in a warm-up
 * gradient   g = ∂L/∂θ, of every weight θ of encoder and decoder
 * update     Adam or RMSprop: θ − α · (what they make of g)
 * ```
 *
 * WebGPU takes this step as it stands here. On the CPU a thread goes as far as the gradient, of its part of
 * the batch (`stepper.ts`); updates are made in flat memory (`optimizer.ts`), by the same formulas.
 */
import * as tf from "@tensorflow/tfjs";
import { writtenTensor } from "../compute/transfer.ts";
import { gatherPixels } from "../data/batches.ts";
import type { ImageSet } from "../data/image_set.ts";
import { addNoise } from "../data/noise.ts";
import { conditionOf } from "../models/condition.ts";
import type { Model } from "../models/model.ts";
import type { TrainingSettings } from "../models/training_settings.ts";
import { objectiveTerms, type Terms } from "../objective.ts";
import { RandomStream } from "../random.ts";
import { optimizerDefaults } from "./optimizer.ts";

/** A batch of an epoch by its images' numbers in their set, and what its step is told. */
export interface PlannedBatch {
  indices: Uint32Array;
  /** From 1. */
  epoch: number;
  /** Its place in the epoch, from 0. */
  batch: number;
  /** w, the weight of the KL term. */
  klWeight: number;
  /** The optimizer's step that it is, from 1. */
  step: number;
}

/** Which of a batch's images are a thread's own: [from, to). */
export interface Part {
  from: number;
  to: number;
}

/** What a step computes with. */
export interface Batch {
  /** x̃ [images, height, width, channels], what the encoder reads. */
  input: tf.Tensor4D;
  /** x, the same shape, what the decoder is held to. */
  target: tf.Tensor4D;
  /** ε [images, latentDim]. */
  eps: tf.Tensor2D;
  /** Of a conditional model: the images' classes, one-hot, [images, classes]. */
  y?: tf.Tensor2D;
}

/** Adam's or RMSprop's running means for one variable, of its shape. */
export interface Moments {
  m: tf.Tensor;
  v: tf.Tensor;
}

/**
 * One step in place: `model` and `moments` (one for each variable) are changed, but stay as they are where a
 * term is not finite.
 *
 * @returns [Σ reconstruction, Σ KL] over the batch, before the step, unweighted; disposed by the caller
 */
export function trainingStep(
  model: Model,
  training: TrainingSettings,
  images: ImageSet,
  planned: PlannedBatch,
  moments: Moments[],
): tf.Tensor1D {
  return tf.tidy(() => {
    const batch = trainingBatch(model, training, images, planned);
    const { sums, gradients } = batchGradient(model, training, batch, termWeights(planned));
    const finite = tf.all(tf.isFinite(sums));
    model.variables().forEach((variable, i) =>
      update(variable, gradients[i], moments[i], training, planned.step, finite)
    );
    return sums;
  });
}

/**
 * Images and noise of a batch, or of a part of it. ε is drawn in the batch's order, pixels and their noise
 * for each image by its number: an image gets the same whoever computes it.
 */
export function trainingBatch(
  model: Model,
  { inputNoise }: Pick<TrainingSettings, "inputNoise">,
  images: ImageSet,
  { indices, epoch, batch }: Pick<PlannedBatch, "indices" | "epoch" | "batch">,
  { from, to }: Part = { from: 0, to: indices.length },
): Batch {
  const { latentDim, treatment, seed } = model.config;
  const mine = indices.subarray(from, to);
  const draw = { seed, epoch };
  const target = imageTensor(model, mine.length, (out) => {
    gatherPixels(images, mine, treatment, draw, out);
  });
  const input = inputNoise > 0
    ? imageTensor(model, mine.length, (out) => {
      out.set(addNoise(gatherPixels(images, mine, treatment, draw), mine, inputNoise, draw));
    })
    : target;
  const eps = new RandomStream(seed, "noise", epoch, batch)
    .skipNormals(from * latentDim)
    .normals(mine.length * latentDim);
  const y = conditionOf("train", model.config, images, mine);
  return { input, target, eps: tf.tensor2d(eps, [mine.length, latentDim]), ...y && { y } };
}

/**
 * A batch of held-out images, without noise on them. ε differs from batch to batch, and is the same at every
 * epoch: a curve's changes are the model's.
 */
export function evaluationBatch(
  model: Model,
  images: ImageSet,
  indices: Uint32Array,
  batch: number,
): Batch {
  const { latentDim, treatment, seed } = model.config;
  const target = imageTensor(model, indices.length, (out) => {
    gatherPixels(images, indices, treatment, { seed, epoch: 0 }, out);
  });
  const eps = new RandomStream(seed, "evaluation", batch).normals(indices.length * latentDim);
  const y = conditionOf("train", model.config, images, indices);
  return {
    input: target,
    target,
    eps: tf.tensor2d(eps, [indices.length, latentDim]),
    ...y && { y },
  };
}

/** [Σ reconstruction, Σ KL] over a batch, unweighted. Disposed by the caller. */
export function batchSums(
  model: Model,
  { kl }: Pick<TrainingSettings, "kl">,
  { input, target, eps, y }: Batch,
): tf.Tensor1D {
  return tf.tidy(() => sumsOf(objectiveTerms(model, input, target, eps, kl, y)));
}

/** What a term's sum over the batch counts in L: [1 / B, w / B]. */
export function termWeights(
  { indices, klWeight }: Pick<PlannedBatch, "indices" | "klWeight">,
): tf.Tensor1D {
  return tf.tensor1d([1, klWeight].map((weight) => weight / indices.length));
}

/**
 * ∂L/∂θ for each of the model's variables, in their order and shapes, and [Σ reconstruction, Σ KL]. Of a part of
 * a batch it is that part's share: over all parts it adds up to the batch's, as L is divided by the
 * number of images of the whole batch.
 *
 * Within a `tf.tidy` of the caller, which disposes what is returned.
 */
export function batchGradient(
  model: Model,
  { kl }: Pick<TrainingSettings, "kl">,
  { input, target, eps, y }: Batch,
  weights: tf.Tensor1D,
): { sums: tf.Tensor1D; gradients: tf.Tensor[] } {
  const variables = model.variables();
  let sums!: tf.Tensor1D;
  const { grads } = tf.variableGrads(() => {
    const terms = objectiveTerms(model, input, target, eps, kl, y);
    sums = tf.keep(sumsOf(terms));
    return lossOf(terms, sums, weights);
  }, variables);
  // A clone belongs to the caller's tidy, which what was kept in the inner one does not.
  const returned = sums.clone();
  sums.kept = false;
  sums.dispose();
  return { sums: returned, gradients: variables.map(({ name }) => grads[name]) };
}

/**
 * L = (Σ reconstruction + w · Σ KL) / B, a scalar. It brings its gradient, one number for all images of a term:
 * left to tfjs it is a dozen kernels a step.
 */
function lossOf({ reconstruction, kl }: Terms, sums: tf.Tensor1D, weights: tf.Tensor1D): tf.Scalar {
  const terms = kl ? [reconstruction, kl] : [reconstruction];
  return tf.customGrad(() => ({
    value: sums.mul(weights).sum(),
    gradFunc: (dy: tf.Tensor) =>
      terms.map(({ shape }, i) => weights.slice([i], [1]).mul(dy).tile(shape)),
  }))(...terms) as tf.Scalar;
}

function sumsOf({ reconstruction, kl }: Terms): tf.Tensor1D {
  return tf.stack([reconstruction.sum(), kl?.sum() ?? tf.scalar(0)]) as tf.Tensor1D;
}

/**
 * θ, m and v of one variable after a step with its gradient g, t being the step's number:
 *
 * - Adam (Kingma & Ba 2014, the efficient form at the end of section 2, as Keras has it):
 *   m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  θ ← θ − α √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε)
 * - RMSprop (Tieleman & Hinton 2012, as Keras has it): v ← ρ v + (1 − ρ) g²,  θ ← θ − α g / √(v + ε)
 *
 * @param finite a bool scalar; where it is false nothing changes. A device's numbers are read only later, and the
 *   weights are to stay the last good ones
 */
export function update(
  variable: tf.Variable,
  g: tf.Tensor,
  moments: Moments,
  { optimizer, learningRate }: Pick<TrainingSettings, "optimizer" | "learningRate">,
  t: number,
  finite: tf.Tensor,
): void {
  const next = tf.tidy(() => {
    if (optimizer === "rmsprop") {
      const { rho, epsilon } = optimizerDefaults.rmsprop;
      const v = moments.v.mul(rho).add(g.square().mul(1 - rho));
      const change = g.mul(learningRate).div(v.add(epsilon).sqrt());
      return { value: variable.sub(change), m: moments.m.clone(), v };
    }
    const { beta1, beta2, epsilon } = optimizerDefaults.adam;
    const rate = learningRate * Math.sqrt(1 - beta2 ** t) / (1 - beta1 ** t);
    const m = moments.m.mul(beta1).add(g.mul(1 - beta1));
    const v = moments.v.mul(beta2).add(g.square().mul(1 - beta2));
    return { value: variable.sub(m.mul(rate).div(v.sqrt().add(epsilon))), m, v };
  });
  variable.assign(tf.where(finite, next.value, variable));
  for (const key of ["m", "v"] as const) {
    const old = moments[key];
    moments[key] = tf.keep(tf.where(finite, next[key], old));
    old.dispose();
  }
}

/** [count, height, width, channels]. */
function imageTensor(
  model: Model,
  count: number,
  write: (out: Float32Array) => void,
): tf.Tensor4D {
  return writtenTensor([count, ...model.config.inputShape], write) as tf.Tensor4D;
}
