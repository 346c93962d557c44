/**
 * Training a step at a time, with its weight of the KL and its rate changed on the way: the loop that
 * `train` runs, held by somebody who may look after every batch. The same steps give the same weights.
 */
import * as tf from "@tensorflow/tfjs";
import { currentEngine, onGpu } from "../compute/backend.ts";
import type { Dataset } from "../data/dataset.ts";
import { Hash } from "../hash.ts";
import { identityOf } from "../models/identity.ts";
import type { Model } from "../models/model.ts";
import type { TrainingSettings } from "../models/training_settings.ts";
import type { LossTerms } from "../objective.ts";
import { RandomStream } from "../random.ts";
import {
  batchesPerFetch,
  deviceSteps,
  momentsOf,
  type TakeSteps,
} from "../training/device_steps.ts";
import { planEpoch, plannedBatches } from "../training/epoch_loop.ts";
import { evaluate, evaluationBatchSize, evaluationSums } from "../training/evaluation.ts";
import { NotFiniteError } from "../training/progress.ts";
import type { EpochRecord, RunRecord } from "../training/records.ts";
import { RunMemory, type Sums } from "../training/run_memory.ts";
import type { Moments, PlannedBatch } from "../training/step.ts";
import { Stepper } from "../training/stepper.ts";
import type { Change } from "./contents.ts";
import { flatSteps } from "./flat_steps.ts";

/** What a session trains on. */
export type Images = Pick<Dataset, "train" | "test" | "source">;

/** One model in training; used by one caller at a time. */
export class Session {
  readonly model: Model;
  readonly images: Images;
  readonly memory: RunMemory;
  /** The engine that was in use when it began, and is to be whenever it is used. */
  readonly engine = currentEngine();
  /** Every change of `beta` and `learningRate`, with the step after which it was made. */
  readonly changes: Change[] = [];
  readonly history: EpochRecord[] = [];
  #training: TrainingSettings;
  #epoch = 1;
  /** Optimizer steps since training began. */
  #steps = 0;
  /** Milliseconds of this epoch's steps. */
  #milliseconds = 0;
  /** Milliseconds that one of the latest steps took. */
  #pace = Infinity;
  readonly #stepper: Stepper;
  /** Of a session on a device: the optimizer's moments, which stay there. */
  #moments: Moments[] | null = null;
  #take: TakeSteps | null = null;

  private constructor(model: Model, training: TrainingSettings, images: Images) {
    this.model = model;
    this.images = images;
    this.#training = training;
    this.#stepper = new Stepper(model, training);
    this.memory = RunMemory.allocate({
      workers: 1,
      parameterCount: this.#stepper.parameterCount,
      images: images.train.count,
      evaluationBatches: Math.ceil(images.test.count / evaluationBatchSize),
    });
  }

  /** Begins where the model begins, and evaluates it: epoch 0. `dispose` disposes the model too. */
  static async begin(model: Model, training: TrainingSettings, images: Images): Promise<Session> {
    model.initialize();
    const session = new Session(model, training, images);
    await session.#stepper.readWeights(session.memory.weights);
    if (onGpu()) session.#moments = momentsOf(model, session.memory);
    session.#openEpoch();
    await session.#evaluate(null);
    return session;
  }

  get training(): TrainingSettings {
    return this.#training;
  }
  get steps(): number {
    return this.#steps;
  }
  /** The epoch under way, from 1, and its batches: done and all of them. */
  get position(): { epoch: number; batch: number; batches: number } {
    return { epoch: this.#epoch, batch: this.memory.batchesDone, batches: this.#plan().batches };
  }
  get imagesPerSecond(): number {
    return this.#milliseconds > 0 ? 1000 * this.memory.epochSums[2] / this.#milliseconds : 0;
  }

  /** So many steps as take these milliseconds, and whose numbers are fetched together; 1 at least. */
  stepsIn(milliseconds: number): number {
    return Math.max(1, Math.min(batchesPerFetch, Math.floor(milliseconds / this.#pace)));
  }

  /** From the next batch on, other values of `beta` or `learningRate`. */
  change(changed: Partial<Pick<TrainingSettings, "beta" | "learningRate">>): void {
    this.#training = { ...this.#training, ...changed };
    this.changes.push({ step: this.#steps, ...changed });
    this.#take = null;
  }

  /** The batch that comes next. */
  nextBatch(): PlannedBatch {
    return plannedBatches(this.#plan(), this.memory.order).next().value!;
  }

  /**
   * The next steps, at most `most` and none beyond the epoch's end, after whose last batch come the held-out images.
   *
   * @returns each batch's loss before its step, mean over its images, `loss` without beta
   * @throws NotFiniteError at a loss or gradient that is no number; the weights stay the last good ones
   */
  async advance(most: number): Promise<LossTerms[]> {
    const { memory } = this;
    const start = performance.now();
    this.#take ??= this.#begun();
    const { sums, end } = await this.#take(most);
    this.#steps += sums.length;
    const milliseconds = performance.now() - start;
    this.#milliseconds += milliseconds;
    this.#pace = milliseconds / Math.max(1, sums.length);
    if (end?.reason === "not finite") {
      this.#take = null;
      throw new NotFiniteError(end.term, this.#epoch, end.batch + 1);
    }
    if (memory.batchesDone === this.#plan().batches) await this.#finishEpoch();
    return sums.map(means);
  }

  #begun(): TakeSteps {
    const { model, memory, images: { train } } = this;
    const training = this.#training;
    return this.#moments
      ? deviceSteps({ model, training, train, memory }, this.#moments, this.#plan())
      : flatSteps({ id: 0, stepper: this.#stepper, train, memory, meet: () => {} }, this.#plan());
  }

  #plan() {
    const { images, memory } = this;
    // A plan knows the steps before its first batch.
    const position = { epoch: this.#epoch, batch: memory.batchesDone, step: this.#steps };
    return planEpoch(
      this.#training,
      { ...position, epochSums: [...memory.epochSums], seconds: 0 },
      images.train.count,
    );
  }

  #openEpoch(): void {
    const { memory, model } = this;
    const { seed } = model.config;
    memory.order.set(
      new RandomStream(seed, "shuffle", this.#epoch).permutation(memory.order.length),
    );
    memory.epochSums.fill(0);
    memory.batchesDone = 0;
    this.#milliseconds = 0;
    this.#take = null;
  }

  async #finishEpoch(): Promise<void> {
    const [reconstruction, kl, count] = this.memory.epochSums;
    await this.#evaluate(means({ reconstruction, kl, count }));
    this.#epoch++;
    this.#openEpoch();
  }

  async #evaluate(train: LossTerms | null): Promise<void> {
    const { model, memory, images: { test } } = this;
    const start = performance.now();
    memory.evaluated = 0;
    await evaluate({ model, stepper: this.#stepper, test, memory });
    this.#stepper.release();
    this.history.push({
      epoch: train ? this.#epoch : 0,
      train,
      test: means(evaluationSums(memory, test.count)!),
      seconds: this.#milliseconds / 1000,
      evaluationSeconds: (performance.now() - start) / 1000,
      imagesPerSecond: this.imagesPerSecond,
      learningRate: this.#training.learningRate,
      treatment: model.config.treatment,
      tensors: 0,
    });
  }

  dispose(): void {
    if (this.#moments) tf.dispose(this.#moments as unknown as tf.TensorContainer);
    this.#stepper.dispose();
    this.model.dispose();
  }

  /** All weights as they are now, in the order of `Model.variables()`. */
  async weights(): Promise<Float32Array> {
    // In flat memory every step leaves them there.
    if (this.#moments) await this.#stepper.readWeights(this.memory.weights);
    return this.memory.weights.slice();
  }

  /** The weights as 16 hexadecimal digits: equal where every bit is. */
  async weightsHash(): Promise<string> {
    const hash = new Hash();
    hash.bytes(new Uint8Array((await this.weights()).buffer));
    return hash.text();
  }

  /** The record of this training, as `train` would leave one. */
  record(): RunRecord {
    const identity = identityOf(this.model, this.#training, this.images);
    const words = ({ step: _, ...changed }: Change) =>
      Object.entries(changed).map(([name, value]) => `${name} → ${value}`).join(", ");
    const { batches } = this.position;
    return {
      ...identity,
      training: { ...this.#training, epochs: this.history.at(-1)!.epoch },
      changes: this.changes.map((change) => ({
        epoch: Math.floor(change.step / batches) + 1,
        change: `${words(change)} (after step ${change.step})`,
      })),
      engine: this.engine,
      workers: 1,
      parameters: this.memory.weights.length,
      history: this.history,
    };
  }
}

function means({ reconstruction, kl, count }: Sums): LossTerms {
  return {
    loss: (reconstruction + kl) / count,
    reconstruction: reconstruction / count,
    kl: kl / count,
  };
}
