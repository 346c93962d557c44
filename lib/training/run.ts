/** One run from its first epoch to its last: position, history, checkpoints, reports. */
import * as tf from "@tensorflow/tfjs";
import { type Dataset, take } from "../data/dataset.ts";
import { identityOf } from "../models/identity.ts";
import type { Model } from "../models/model.ts";
import type { TrainingSettings } from "../models/training_settings.ts";
import { OptionError } from "../options.ts";
import { RandomStream } from "../random.ts";
import { onStop } from "../stop.ts";
import { begin, type Beginning, type Wish } from "./begin.ts";
import { checkDataset } from "./check_dataset.ts";
import { clearEarlier, loadBest, type Position, saveCheckpoint } from "./checkpoint.ts";
import { chooseExecutor, currentEngine } from "./choose_executor.ts";
import { type EpochEnd, planEpoch } from "./epoch_loop.ts";
import { evaluationBatchSize } from "./evaluation.ts";
import type { Executor } from "./executor.ts";
import { NotFiniteError, type TrainEnd, type TrainProgress, watched } from "./progress.ts";
import { bestEpoch, endedEarly, type EpochRecord, type LossTerms, richRecord } from "./records.ts";
import type { RunMemory, Sums } from "./run_memory.ts";

/** What a run is told, all of it parsed. */
export interface RunOptions extends Wish {
  training: TrainingSettings;
  trainCount?: number;
  testCount?: number;
  workers?: number;
  report: (progress: TrainProgress) => void;
  deadline: number;
}

const noPosition: Position = { epoch: 1, batch: 0, step: 0, epochSums: [0, 0, 0], seconds: 0 };

/** What a run computes with. */
interface Workshop {
  executor: Executor;
  memory: RunMemory;
  /** Training images of an epoch, and test images. */
  images: number;
  testImages: number;
  /** Ends the subscription to Stop. */
  unsubscribe: () => void;
}

/** One call of `train`: what it works on, where it is, and what it has measured. */
export class Run {
  readonly training: TrainingSettings;
  readonly memory: RunMemory;
  readonly executor: Executor;
  readonly images: number;
  readonly history: EpochRecord[];
  position: Position;
  /** Whether a checkpoint of this run is in its folder, so that another's remains are gone. */
  #saved: boolean;

  private constructor(
    readonly model: Model,
    readonly options: RunOptions,
    readonly beginning: Beginning,
    readonly workshop: Workshop,
  ) {
    const { checkpoint, identity } = beginning;
    this.training = identity.training;
    this.memory = workshop.memory;
    this.executor = workshop.executor;
    this.images = workshop.images;
    this.history = [...checkpoint?.run.history ?? []];
    this.position = checkpoint?.position ?? noPosition;
    this.#saved = checkpoint !== null;
  }

  static async open(model: Model, dataset: Dataset, options: RunOptions) {
    // First of all, so that no press of Stop is lost while workers start.
    let stopped = false;
    let memory: RunMemory | null = null;
    const unsubscribe = onStop(() => {
      stopped = true;
      if (memory) memory.stopRequested = true;
    });
    try {
      checkDataset(model, dataset);
      const train = take(dataset.train, options.trainCount ?? dataset.train.count);
      const test = take(dataset.test, options.testCount ?? dataset.test.count);
      const wanted = identityOf(model, options.training, { ...dataset, train, test });
      const beginning = await begin(model, wanted, options);
      const { checkpoint, identity: { training } } = beginning;
      const images = imagesOfEpoch(train.count, training);
      if (images === 0) {
        throw new OptionError(
          `train: batchSize: expected at most ${train.count}, as many as there are training images ` +
            `(dropRemainder leaves out a smaller batch), got ${training.batchSize}`,
        );
      }
      const chosen = await chooseExecutor({
        model,
        training,
        train,
        test,
        evaluationBatches: Math.ceil(test.count / evaluationBatchSize),
      }, options.workers ?? checkpoint?.run.workers);
      memory = chosen.memory;
      if (checkpoint) {
        memory.m.set(checkpoint.m);
        memory.v.set(checkpoint.v);
      }
      if (stopped) memory.stopRequested = true;
      const workshop = { ...chosen, images, testImages: test.count, unsubscribe };
      return new Run(model, options, beginning, workshop);
    } catch (error) {
      unsubscribe();
      throw error;
    }
  }

  /** The records that are missing, up to the last epoch or the one where it stops. */
  async *epochs(): AsyncGenerator<EpochRecord, TrainEnd, void> {
    const { training, memory, history } = this;
    if (history.length === 0) {
      const untrained = await this.#finishEpoch(0, null, 0);
      if (!untrained) return await this.#stop();
      yield untrained;
    }
    while (this.position.epoch <= training.epochs) {
      if (endedEarly(this)) return await this.#end("early stopping");
      const { epoch } = this.position;
      const end = memory.stopRequested
        ? { reason: "stopped" as const }
        : await this.#trainEpoch(epoch);
      if (end.reason === "not finite") {
        await this.#toModel();
        throw new NotFiniteError(end.term, epoch, end.batch + 1);
      }
      if (end.reason === "stopped") return await this.#stop();
      const [reconstruction, kl, count] = memory.epochSums;
      const trainTerms = means({ reconstruction, kl, count });
      const trained = this.position;
      this.position = { ...noPosition, epoch: epoch + 1, step: trained.step };
      const record = await this.#finishEpoch(epoch, trainTerms, trained.seconds);
      if (!record) {
        this.position = trained;
        return await this.#stop();
      }
      yield record;
    }
    return await this.#end("complete");
  }

  async #trainEpoch(epoch: number): Promise<EpochEnd> {
    const { training, memory, executor, position } = this;
    const { seed } = this.model.config;
    memory.order.set(
      new RandomStream(seed, "shuffle", epoch).permutation(memory.order.length),
    );
    memory.epochSums.set(position.epochSums);
    memory.batchesDone = position.batch;
    const plan = planEpoch(training, position, this.images);
    const start = performance.now();
    const doneBefore = position.epochSums[2];
    const elapsed = () => (performance.now() - start) / 1000;
    const end = await this.#watch(executor.epoch(plan), () => {
      const done = Math.min(memory.batchesDone * training.batchSize, this.images);
      const rate = (done - doneBefore) / elapsed();
      const left = this.images - done + (training.epochs - epoch) * this.images;
      this.#report(
        "training",
        epoch,
        done,
        this.images,
        done > doneBefore ? rate : undefined,
        left,
      );
    });
    this.position = {
      epoch,
      batch: memory.batchesDone,
      step: plan.step + memory.batchesDone - plan.firstBatch,
      epochSums: [...memory.epochSums],
      seconds: position.seconds + elapsed(),
    };
    return end.reason === "stopped" && memory.batchesDone === plan.batches
      ? { reason: "complete" }
      : end;
  }

  /** Evaluates, records, saves; null where a stop came first. The position is that of the next epoch. */
  async #finishEpoch(
    epoch: number,
    trainTerms: LossTerms | null,
    seconds: number,
  ): Promise<EpochRecord | null> {
    const start = performance.now();
    const sums = await this.#watch(this.executor.evaluate(), () => {
      const done = Math.min(this.memory.evaluated * evaluationBatchSize, this.workshop.testImages);
      const rate = done / ((performance.now() - start) / 1000);
      const left = (this.training.epochs - epoch) * this.images;
      this.#report("evaluation", epoch, done, this.workshop.testImages, rate || undefined, left);
    });
    if (!sums) return null;
    const test = means(sums);
    await this.#toModel();
    this.#requireFinite(test, epoch);
    const record = richRecord({
      epoch,
      train: trainTerms,
      test,
      seconds,
      evaluationSeconds: (performance.now() - start) / 1000,
      imagesPerSecond: seconds > 0 ? this.images / seconds : 0,
      learningRate: this.training.learningRate,
      treatment: this.model.config.treatment,
      tensors: tf.memory().numTensors,
    });
    this.history.push(record);
    await this.#save(record);
    return record;
  }

  /** Engines may pass over a weight that is no number (relu makes 0 of it): no epoch ends with one. */
  #requireFinite(test: LossTerms, epoch: number): void {
    const bad = Object.entries(test).find(([, value]) => !Number.isFinite(value))?.[0];
    if (bad) throw new NotFiniteError(`test ${bad}`, epoch, null);
    let witness = 0;
    for (const weight of this.memory.weights) witness += weight * 0;
    if (witness !== 0) throw new NotFiniteError("sum of the weights", epoch, null);
  }

  #best(record: EpochRecord | undefined): "this model" | "as before" | "none" {
    if (!this.training.keepBest) return "none";
    if (record && bestEpoch(this.history) === record) return "this model";
    // What lies there before the first checkpoint is another run's.
    return this.#saved ? "as before" : "none";
  }

  /** @param record of the epoch that has just ended, if one has: the model is that epoch's */
  async #save(record?: EpochRecord): Promise<void> {
    const { folder } = this.options;
    if (!folder) return;
    const { memory, position, beginning } = this;
    await saveCheckpoint(folder, this.model, {
      position,
      m: memory.m,
      v: memory.v,
      run: {
        ...beginning.identity,
        changes: beginning.changes,
        engine: currentEngine(),
        workers: this.executor.workers,
        parameters: memory.weights.length,
        history: this.history,
      },
    }, this.#best(record));
    if (!this.#saved) await clearEarlier(folder);
    this.#saved = true;
  }

  async #stop(): Promise<TrainEnd> {
    const { epoch, batch } = this.position;
    await this.#toModel();
    await this.#save();
    const fraction = Math.min(1, batch * this.training.batchSize / this.images);
    const where = batch === 0
      ? `stopped before epoch ${epoch}`
      : `stopped in epoch ${epoch} at ${Math.floor(100 * fraction)} %`;
    const evaluating = fraction === 1 ? ", in its evaluation" : "";
    const note = `${where}${evaluating}; ${
      this.options.folder
        ? "run this cell again to go on"
        : "without a folder, training begins anew next time"
    }`;
    this.#report(
      "stopped",
      epoch,
      Math.round(fraction * this.images),
      this.images,
      undefined,
      0,
      note,
    );
    const byDeadline = performance.now() > this.options.deadline;
    return { reason: "stopped", epoch, fraction, byDeadline, note };
  }

  async #end(reason: "complete" | "early stopping"): Promise<TrainEnd> {
    const { folder } = this.options;
    const best = bestEpoch(this.history);
    if (folder && this.training.keepBest) await loadBest(folder, this.model);
    const kept = folder && this.training.keepBest
      ? `; the model is that of epoch ${best.epoch}`
      : "";
    const nothing = this.beginning.checkpoint?.run.history.length === this.history.length;
    const note = reason === "early stopping"
      ? `stopped early: no better test loss for ${this.training.patience} epochs${kept}` +
        (nothing ? "; a larger `patience` goes on" : "")
      : nothing
      ? `nothing left to do${kept}; more \`epochs\` go on`
      : `done${kept}`;
    const last = this.history.at(-1)!.epoch;
    this.#report("done", last, this.images, this.images, undefined, 0, note);
    return { reason, note };
  }

  async #toModel(): Promise<void> {
    await this.executor.toModel();
  }

  /** Reports while work goes on, and keeps the deadline. */
  #watch<T>(work: Promise<T>, report: () => void): Promise<T> {
    return watched(work, () => {
      if (performance.now() > this.options.deadline) this.memory.stopRequested = true;
      report();
    });
  }

  #report(
    phase: TrainProgress["phase"],
    epoch: number,
    done: number,
    total: number,
    rate: number | undefined,
    imagesLeft: number,
    note?: string,
  ): void {
    const [reconstruction, kl, count] = this.memory.epochSums;
    const trainRate = phase === "training" ? rate : this.history.at(-1)?.imagesPerSecond;
    this.options.report({
      phase,
      epoch,
      epochs: this.training.epochs,
      origin: this.beginning.note || undefined,
      done,
      total,
      loss: count > 0 ? (reconstruction + kl) / count : undefined,
      imagesPerSecond: rate,
      secondsLeft: trainRate ? imagesLeft / trainRate : undefined,
      note,
    });
  }

  close(): void {
    this.workshop.unsubscribe();
    this.executor.close();
  }
}

function means({ reconstruction, kl, count }: Sums): LossTerms {
  return {
    loss: (reconstruction + kl) / count,
    reconstruction: reconstruction / count,
    kl: kl / count,
  };
}

/** How many images one epoch goes through. */
function imagesOfEpoch(count: number, { batchSize, dropRemainder }: TrainingSettings): number {
  return dropRemainder ? count - count % batchSize : count;
}
