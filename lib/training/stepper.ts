/** A thread's part of a training step, between tensors and the flat memory that threads share. */
import * as tf from "@tensorflow/tfjs";
import { copyInto, tensorOf } from "../compute/transfer.ts";
import type { ImageSet } from "../data/image_set.ts";
import type { Model } from "../models/model.ts";
import type { TrainingSettings } from "../models/training_settings.ts";
import type { Sums } from "./run_memory.ts";
import { batchGradient, type Part, type PlannedBatch, trainingBatch } from "./step.ts";

/** Holds a model's variables as one flat vector and computes gradients in it. */
export class Stepper {
  readonly #model: Model;
  readonly #training: Pick<TrainingSettings, "kl" | "inputNoise">;
  readonly #variables: tf.Variable[];
  readonly parameterCount: number;

  constructor(model: Model, training: Pick<TrainingSettings, "kl" | "inputNoise">) {
    this.#model = model;
    this.#training = training;
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
   * The gradient of the batch's mean loss, as far as it comes from this part, into `out`.
   *
   * @returns sums over the part, unweighted
   */
  gradients(train: ImageSet, planned: PlannedBatch, part: Part, out: Float32Array): Sums {
    const count = part.to - part.from;
    if (count === 0) {
      out.fill(0);
      return { reconstruction: 0, kl: 0, count: 0 };
    }
    return tf.tidy(() => {
      const batch = trainingBatch(this.#model, this.#training, train, planned, part);
      const { sums, gradients } = batchGradient(this.#model, this.#training, batch, planned);
      let offset = 0;
      for (const gradient of gradients) {
        copyInto(gradient, out, offset);
        offset += gradient.size;
      }
      const [reconstruction, kl] = sums.dataSync();
      return { reconstruction, kl, count };
    });
  }
}
