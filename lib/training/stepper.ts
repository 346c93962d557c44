/** One thread's part of a training step: a shard of a batch → its gradient, in a flat vector. */
import * as tf from "@tensorflow/tfjs";
import { copyInto, tensorOf } from "../compute/transfer.ts";
import { gatherPixels, type ImageSet } from "../data/dataset.ts";
import { objectiveTerms, type Terms } from "../evaluation/terms.ts";
import type { Model } from "../models/model.ts";
import type { ModelConfig } from "../models/presets.ts";
import { RandomStream } from "../random.ts";
import type { Sums } from "./run_memory.ts";

/** A batch, and which of its images are this thread's: [from, to). */
export interface Shard {
  indices: Uint32Array;
  from: number;
  to: number;
  epoch: number;
  batch: number;
}

/** Images and noise of a shard, as tensors. */
interface Inputs {
  input: tf.Tensor4D;
  target: tf.Tensor4D;
  eps: tf.Tensor2D;
}

/** Holds a model's variables as one flat vector and computes gradients in it. */
export class Stepper {
  readonly #model: Model;
  readonly #config: ModelConfig;
  readonly #variables: tf.Variable[];
  readonly parameterCount: number;

  /** @param config the model's, or one that differs in how it is trained */
  constructor(model: Model, config: ModelConfig = model.config) {
    this.#model = model;
    this.#config = config;
    this.#variables = model.variables();
    this.parameterCount = this.#variables.reduce((sum, variable) => sum + variable.size, 0);
  }

  /** Copies the variables' values into `flat`. */
  async readWeights(flat: Float32Array): Promise<void> {
    let offset = 0;
    for (const variable of this.#variables) {
      flat.set(await variable.data(), offset);
      offset += variable.size;
    }
  }

  /** Gives the variables the values in `flat`. New tensors: engines cache by a tensor's identity. */
  loadWeights(flat: Float32Array): void {
    let offset = 0;
    for (const variable of this.#variables) {
      const value = tensorOf(flat.subarray(offset, offset + variable.size), variable.shape);
      variable.assign(value);
      value.dispose();
      offset += variable.size;
    }
  }

  /**
   * The gradient of the batch's mean loss, as far as it comes from this shard, into `out`.
   *
   * The loss is reconstruction + `klWeight` · KL. Noise is drawn for the whole batch, so that an
   * image gets the same whichever thread it falls to.
   *
   * @returns sums over the shard, unweighted
   */
  gradients(train: ImageSet, shard: Shard, klWeight: number, out: Float32Array): Sums {
    const count = shard.to - shard.from;
    if (count === 0) {
      out.fill(0);
      return { reconstruction: 0, kl: 0, count: 0 };
    }
    return tf.tidy(() => {
      const { sums, gradients } = this.tensors(train, shard, klWeight);
      let offset = 0;
      for (const gradient of gradients) {
        copyInto(gradient, out, offset);
        offset += gradient.size;
      }
      const [reconstruction, kl] = sums.dataSync();
      return { reconstruction, kl, count };
    });
  }

  /**
   * The same as tensors, one gradient per variable, with the sums as [reconstruction, kl]: what a
   * backend is asked for whose numbers cannot be read at once. Disposed by the caller.
   */
  tensors(
    train: ImageSet,
    shard: Shard,
    klWeight: number,
  ): { sums: tf.Tensor1D; gradients: tf.Tensor[] } {
    const { input, target, eps } = this.#inputs(train, shard);
    let sums!: tf.Tensor1D;
    const { grads, value } = tf.variableGrads(() => {
      const terms = objectiveTerms(this.#model, input, target, eps, this.#config.objective);
      sums = tf.keep(sumsOf(terms));
      return lossOf(terms, sums, klWeight, shard.indices.length);
    }, this.#variables);
    tf.dispose([input, target, eps, value]);
    return { sums: untilTidied(sums), gradients: this.#variables.map(({ name }) => grads[name]) };
  }

  /**
   * Sums of the terms over a whole batch of held-out images. Each evaluation batch has noise of its
   * own, the same at every epoch: a curve's changes are the model's.
   */
  async evaluate(test: ImageSet, indices: Uint32Array, batch: number): Promise<Sums> {
    const [reconstruction, kl] = tf.tidy(() => {
      const { latentDim, treatment, seed, objective } = this.#config;
      const target = this.#images(gatherPixels(test, indices, treatment, { seed, epoch: 0 }));
      const noise = new RandomStream(seed, "evaluation", batch);
      const shape: [number, number] = [indices.length, latentDim];
      const eps = tf.tensor2d(noise.normals(indices.length * latentDim), shape);
      const terms = objectiveTerms(this.#model, target, target, eps, objective);
      return [terms.reconstruction.sum(), terms.kl ? terms.kl.sum() : tf.scalar(0)];
    });
    const sums = {
      reconstruction: (await reconstruction.data())[0],
      kl: (await kl.data())[0],
      count: indices.length,
    };
    reconstruction.dispose();
    kl.dispose();
    return sums;
  }

  #inputs(train: ImageSet, shard: Shard): Inputs {
    const { latentDim, treatment, seed, inputNoise } = this.#config;
    const mine = shard.indices.subarray(shard.from, shard.to);
    const draw = { seed, epoch: shard.epoch };
    const pixels = gatherPixels(train, mine, treatment, draw);
    const target = this.#images(pixels);
    const noise = new RandomStream(seed, "noise", shard.epoch, shard.batch)
      .normals(shard.indices.length * latentDim)
      .subarray(shard.from * latentDim, shard.to * latentDim);
    const eps = tf.tensor2d(noise, [mine.length, latentDim]);
    if (inputNoise === 0) return { input: target, target, eps };
    return { input: this.#images(addNoise(pixels, mine, inputNoise, draw)), target, eps };
  }

  #images(pixels: Float32Array): tf.Tensor4D {
    const [height, width, channels] = this.#config.inputShape;
    return tf.tensor4d(pixels, [
      pixels.length / (height * width * channels),
      height,
      width,
      channels,
    ]);
  }
}

/** Σ reconstruction and Σ KL over a shard, as [reconstruction, kl]. */
function sumsOf({ reconstruction, kl }: Terms): tf.Tensor1D {
  return tf.stack([reconstruction.sum(), kl?.sum() ?? tf.scalar(0)]) as tf.Tensor1D;
}

/**
 * (Σ reconstruction + klWeight · Σ KL) / batchSize, a scalar. With its gradient, which is one number for
 * all images of a term: left to tfjs it is a dozen kernels a step.
 */
function lossOf(
  { reconstruction, kl }: Terms,
  sums: tf.Tensor1D,
  klWeight: number,
  batchSize: number,
): tf.Scalar {
  const terms = kl ? [reconstruction, kl] : [reconstruction];
  const weights = [1 / batchSize, klWeight / batchSize];
  return tf.customGrad(() => ({
    value: sums.mul(weights).sum(),
    gradFunc: (dy: tf.Tensor) => terms.map(({ shape }, i) => tf.fill(shape, weights[i]).mul(dy)),
  }))(...terms) as tf.Scalar;
}

/** Gives a kept tensor back to the scope it is returned to. */
function untilTidied<T extends tf.Tensor>(kept: T): T {
  const copy = kept.clone();
  kept.kept = false;
  kept.dispose();
  return copy as T;
}

/** Pixels plus Gaussian noise, kept in [0, 1]; each image's noise is its own, anew every epoch. */
export function addNoise(
  pixels: Float32Array,
  indices: Uint32Array,
  deviation: number,
  draw: { seed: number; epoch: number },
): Float32Array {
  const size = pixels.length / indices.length;
  const noisy = new Float32Array(pixels.length);
  for (let i = 0; i < indices.length; i++) {
    const stream = new RandomStream(draw.seed, "input noise", draw.epoch, indices[i]);
    for (let j = i * size; j < (i + 1) * size; j++) {
      noisy[j] = Math.min(1, Math.max(0, pixels[j] + deviation * stream.normal()));
    }
  }
  return noisy;
}
