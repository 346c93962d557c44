/** A thread's part of a training step, between tensors and the flat memory that threads share. */
import * as tf from "@tensorflow/tfjs";
import { Repeated } from "../compute/recording/repeated.ts";
import { copyInto, tensorOf, valuesOf } from "../compute/transfer.ts";
import { OutsideData } from "../compute/wasm_heap.ts";
import type { ImageSet } from "../data/image_set.ts";
import type { Model } from "../models/model.ts";
import type { TrainingSettings } from "../models/training_settings.ts";
import type { Sums } from "./run_memory.ts";
import {
  type Batch,
  batchGradient,
  batchSums,
  type Part,
  type PlannedBatch,
  termWeights,
  trainingBatch,
} from "./step.ts";

/** What is computed with: a batch, and for its gradient what the terms count. */
type Given = Batch & { weights?: tf.Tensor1D };

const gradientOf = (count: number) => `gradient of ${count}`;

/** Parts of flat memory, one for each variable. */
class FlatParts {
  readonly flat: Float32Array;
  readonly parts: OutsideData[];

  constructor(flat: Float32Array, variables: readonly tf.Variable[]) {
    this.flat = flat;
    let offset = 0;
    this.parts = variables.map(({ size }) =>
      new OutsideData(flat.subarray(offset, offset += size))
    );
  }
}

/** Holds a model's variables as one flat vector and computes gradients in it. */
export class Stepper {
  readonly #model: Model;
  readonly #training: Pick<TrainingSettings, "kl" | "inputNoise">;
  readonly #variables: tf.Variable[];
  readonly parameterCount: number;
  #followed: FlatParts | null = null;
  #lagging = false;
  #gradient: FlatParts | null = null;
  /** The last batch of an epoch may be smaller, and held-out images come in batches of their own. */
  readonly #computations = new Map<string, Repeated<Given>>();

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

  /** What is computed from now on reads the weights in `flat`. The variables lag behind until `toModel`. */
  follow(flat: Float32Array): void {
    if (this.#followed?.flat !== flat) this.#followed = new FlatParts(flat, this.#variables);
    this.#lagging = true;
  }

  /** Gives the variables the values that are followed. New tensors: engines cache by a tensor's identity. */
  toModel(): void {
    if (!this.#lagging) return;
    this.#lagging = false;
    this.#variables.forEach((variable, i) => {
      const value = tensorOf(this.#followed!.parts[i].values, variable.shape);
      variable.assign(value);
      value.dispose();
    });
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
      const weights = termWeights(planned);
      const step = this.#repeated(gradientOf(count), ({ weights, ...batch }) => {
        const { sums, gradients } = batchGradient(this.#model, this.#training, batch, weights!);
        return [sums, ...gradients];
      });
      if (this.#gradient?.flat !== out) this.#gradient = new FlatParts(out, this.#variables);
      const { parts } = this.#gradient;
      const [sums, ...gradients] = this.#run(step, { ...batch, weights }, [null, ...parts]);
      gradients.forEach((gradient, i) => {
        // Some engines have written it there themselves.
        if (gradient.dataId !== parts[i]) copyInto(gradient, parts[i].values, 0);
      });
      const terms = new Float32Array(2);
      copyInto(sums, terms, 0);
      return { reconstruction: terms[0], kl: terms[1], count };
    });
  }

  /** [Σ reconstruction, Σ KL] over a batch of held-out images, unweighted. */
  async sums(batch: Batch): Promise<[number, number]> {
    const count = batch.eps.shape[0];
    const repeated = this.#repeated(`sums of ${count}`, (batch) => [
      batchSums(this.#model, this.#training, batch),
    ]);
    const [sums] = this.#run(repeated, batch);
    const [reconstruction, kl] = await valuesOf(sums);
    return [reconstruction, kl];
  }

  #run(
    computation: Repeated<Given>,
    given: Given,
    outputs: (OutsideData | null)[] = [],
  ): tf.TensorInfo[] {
    const flat = { variables: this.#followed?.parts ?? null, outputs };
    return computation.run(given, flat, () => this.toModel());
  }

  /** A computation by its name, which tells the sizes. Only one at a time holds memory. */
  #repeated(name: string, compute: (given: Given) => tf.Tensor[]): Repeated<Given> {
    let wanted = this.#computations.get(name);
    if (!wanted) {
      wanted = new Repeated<Given>(this.#variables, compute);
      this.#computations.set(name, wanted);
    }
    for (const other of this.#computations.values()) if (other !== wanted) other.release();
    return wanted;
  }

  /** Whether the step of a part of so many images is played from a recording, see `Repeated`. */
  played(count: number): boolean {
    return this.#computations.get(gradientOf(count))?.played ?? false;
  }

  /** Gives back the memory between input and gradient until the next step. */
  release(): void {
    for (const computation of this.#computations.values()) computation.release();
  }

  /** Forgets what was recorded; the model stays. */
  dispose(): void {
    for (const computation of this.#computations.values()) computation.dispose();
  }
}
