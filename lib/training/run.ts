/** One run from its first epoch to its last: position, history, checkpoints, reports. */
import * as tf from "@tensorflow/tfjs";
import { type Dataset, take } from "../data/dataset.ts";
import type { Model } from "../models/model.ts";
import { checkConfig, type ModelConfig } from "../models/presets.ts";
import { OptionError } from "../options.ts";
import { RandomStream } from "../random.ts";
import {
  type Checkpoint,
  clearRun,
  loadBest,
  loadCheckpoint,
  type Position,
  saveBest,
  saveCheckpoint,
} from "./checkpoint.ts";
import { chooseExecutor, currentEngine } from "./choose_executor.ts";
import { type EpochEnd, planEpoch } from "./epoch_loop.ts";
import { evaluationBatchSize, type Executor } from "./executor.ts";
import { NotFiniteError, type TrainEnd, type TrainProgress, watched } from "./progress.ts";
import { bestEpoch, type EpochRecord, type LossTerms, richRecord } from "./records.ts";
import type { RunMemory, Sums } from "./run_memory.ts";
import { onStop } from "./stop.ts";

/** What a run is told, all of it parsed. */
export interface RunOptions {
  trainCount?: number;
  testCount?: number;
  folder?: string;
  resume: boolean;
  workers?: number;
  report: (progress: TrainProgress) => void;
  deadline: number;
}

const noPosition: Position = { epoch: 1, batch: 0, step: 0, epochSums: [0, 0, 0], seconds: 0 };

/** One call of `train`: what it works on, where it is, and what it has measured. */
export class Run {
  readonly #unsubscribe: () => void;

  private constructor(
    readonly model: Model,
    readonly config: ModelConfig,
    readonly options: RunOptions,
    readonly executor: Executor,
    readonly memory: RunMemory,
    readonly images: number,
    readonly testImages: number,
    readonly source: Dataset["source"],
    readonly history: EpochRecord[],
    public position: Position,
  ) {
    this.#unsubscribe = onStop(() => memory.stopRequested = true);
  }

  static async open(
    model: Model,
    dataset: Dataset,
    changes: Partial<ModelConfig>,
    options: RunOptions,
  ) {
    const trainSet = take(dataset.train, options.trainCount ?? dataset.train.count);
    const testSet = take(dataset.test, options.testCount ?? dataset.test.count);
    const checkpoint: Checkpoint | null = options.resume
      ? await loadCheckpoint(requireFolder(options.folder), model)
      : null;
    if (!checkpoint && options.folder) await clearRun(options.folder);
    // What goes on is the run that was saved, its seed included, whatever the model was made with.
    const config = checkConfig({ ...(checkpoint?.run.config ?? model.config), ...changes });
    const { executor, memory } = await chooseExecutor({
      model,
      config,
      train: trainSet,
      test: testSet,
      evaluationBatches: Math.ceil(testSet.count / evaluationBatchSize),
    }, options.workers ?? checkpoint?.run.workers);
    if (checkpoint) {
      memory.m.set(checkpoint.m);
      memory.v.set(checkpoint.v);
    }
    return new Run(
      model,
      config,
      options,
      executor,
      memory,
      config.dropRemainder ? trainSet.count - trainSet.count % config.batchSize : trainSet.count,
      testSet.count,
      dataset.source,
      checkpoint?.run.history ?? [],
      checkpoint?.position ?? noPosition,
    );
  }

  /** The records that are missing, up to the last epoch or the one where it stops. */
  async *epochs(): AsyncGenerator<EpochRecord, TrainEnd, void> {
    const { config, memory, history } = this;
    if (history.length === 0) {
      const untrained = await this.#finishEpoch(0, null, 0);
      if (!untrained) return await this.#stop();
      yield untrained;
    }
    while (this.position.epoch <= config.epochs) {
      if (this.#stopsEarly()) return await this.#end("early stopping");
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
    const { config, memory, executor, position } = this;
    memory.order.set(
      new RandomStream(config.seed, "shuffle", epoch).permutation(memory.order.length),
    );
    memory.epochSums.set(position.epochSums);
    memory.batchesDone = position.batch;
    const plan = planEpoch(config, position, this.images);
    const start = performance.now();
    const doneBefore = position.epochSums[2];
    const elapsed = () => (performance.now() - start) / 1000;
    const end = await this.#watch(executor.epoch(plan), () => {
      const done = Math.min(memory.batchesDone * config.batchSize, this.images);
      const rate = (done - doneBefore) / elapsed();
      const left = this.images - done + (config.epochs - epoch) * this.images;
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
      const done = Math.min(this.memory.evaluated * evaluationBatchSize, this.testImages);
      const rate = done / ((performance.now() - start) / 1000);
      const left = (this.config.epochs - epoch) * this.images;
      this.#report("evaluation", epoch, done, this.testImages, rate || undefined, left);
    });
    if (!sums) return null;
    await this.#toModel();
    const record = richRecord({
      epoch,
      train: trainTerms,
      test: means(sums),
      seconds,
      evaluationSeconds: (performance.now() - start) / 1000,
      imagesPerSecond: seconds > 0 ? this.images / seconds : 0,
      learningRate: this.config.learningRate,
      treatment: this.config.treatment,
      tensors: tf.memory().numTensors,
    });
    this.history.push(record);
    const { folder } = this.options;
    if (folder && this.config.keepBest && bestEpoch(this.history) === record) {
      await saveBest(folder, this.model);
    }
    await this.#save();
    return record;
  }

  async #save(): Promise<void> {
    const { folder } = this.options;
    if (!folder) return;
    const { memory, position, config } = this;
    await saveCheckpoint(folder, this.model, {
      position,
      m: memory.m,
      v: memory.v,
      run: {
        config,
        data: { source: this.source, trainCount: this.images, testCount: this.testImages },
        engine: currentEngine(),
        workers: this.executor.workers,
        parameters: memory.weights.length,
        history: this.history,
      },
    });
  }

  async #stop(): Promise<TrainEnd> {
    const { epoch, batch } = this.position;
    await this.#toModel();
    await this.#save();
    const fraction = Math.min(1, batch * this.config.batchSize / this.images);
    const where = batch === 0
      ? `stopped before epoch ${epoch}`
      : `stopped in epoch ${epoch} at ${Math.floor(100 * fraction)} %`;
    const evaluating = fraction === 1 ? ", in its evaluation" : "";
    const note = `${where}${evaluating}; run the next cell to go on`;
    this.#report(
      "stopped",
      epoch,
      Math.round(fraction * this.images),
      this.images,
      undefined,
      0,
      note,
    );
    return { reason: "stopped", epoch, fraction, note };
  }

  async #end(reason: "complete" | "early stopping"): Promise<TrainEnd> {
    const { folder } = this.options;
    const best = bestEpoch(this.history);
    if (folder && this.config.keepBest) await loadBest(folder, this.model);
    const kept = folder && this.config.keepBest ? `; the model is that of epoch ${best.epoch}` : "";
    const note = reason === "complete"
      ? `done${kept}`
      : `stopped early: no better test loss for ${this.config.patience} epochs${kept}`;
    const last = this.history.at(-1)!.epoch;
    this.#report("done", last, this.images, this.images, undefined, 0, note);
    return { reason, note };
  }

  #stopsEarly(): boolean {
    const { patience } = this.config;
    if (patience === null || this.history.length === 0) return false;
    return this.history.at(-1)!.epoch - bestEpoch(this.history).epoch >= patience;
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
      epochs: this.config.epochs,
      done,
      total,
      loss: count > 0 ? (reconstruction + kl) / count : undefined,
      imagesPerSecond: rate,
      secondsLeft: trainRate ? imagesLeft / trainRate : undefined,
      note,
    });
  }

  close(): void {
    this.#unsubscribe();
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

function requireFolder(folder: string | undefined): string {
  if (folder) return folder;
  throw new OptionError("train: resume: expected a folder with a checkpoint, got no folder");
}
