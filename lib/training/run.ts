/** One run from its first epoch to its last: position, history, checkpoints. */
import * as tf from "@tensorflow/tfjs";
import { currentEngine } from "../compute/backend.ts";
import type { LossTerms } from "../objective.ts";
import { isDiskTrouble } from "../files.ts";
import { RandomStream } from "../random.ts";
import { type Position, saveCheckpoint } from "./checkpoint.ts";
import { clearEarlier } from "./run_folder.ts";
import { modelFiles, setWeights } from "../models/model_files.ts";
import type { Files } from "../checksums.ts";
import { type EpochEnd, planEpoch } from "./epoch_loop.ts";
import { evaluationBatchSize } from "./evaluation.ts";
import type { OpenRun } from "./open_run.ts";
import { cannotWrite } from "./run_lock.ts";
import { NotFiniteError, type TrainEnd, watched } from "./progress.ts";
import { bestEpoch, endedEarly, type EpochRecord, richRecord } from "./records.ts";
import { endNote, type Moment, progressOf, stopNote } from "./report.ts";
import type { Sums } from "./run_memory.ts";

const noPosition: Position = { epoch: 1, batch: 0, step: 0, epochSums: [0, 0, 0], seconds: 0 };

/** One call of `train`: what it works on, where it is, and what it has measured. */
export class Run {
  readonly history: EpochRecord[];
  position: Position;
  /** Whether a checkpoint of this run is in its folder, so that another's remains are gone. */
  #saved: boolean;
  /** Weights of the best epoch so far, where they are kept: in memory, so that a full disk loses none. */
  #best: Files | null;
  /** Why the last checkpoint could not be written; null where it was. */
  #trouble: string | null = null;

  constructor(readonly open: OpenRun) {
    const { checkpoint } = open.beginning;
    this.history = [...checkpoint?.run.history ?? []];
    this.position = checkpoint?.position ?? noPosition;
    this.#saved = checkpoint !== null;
    this.#best = checkpoint?.best ?? null;
  }

  get training() {
    return this.open.beginning.identity.training;
  }

  /** The records that are missing, up to the last epoch or the one where it stops. */
  async *epochs(): AsyncGenerator<EpochRecord, TrainEnd, void> {
    const { training, history, open: { memory, executor } } = this;
    if (history.length === 0) {
      const untrained = await this.#finishEpoch(0, null, 0);
      if (!untrained) return await this.#stop();
      yield untrained;
    }
    while (this.position.epoch <= training.epochs) {
      if (endedEarly(this)) return this.#end("early stopping");
      const { epoch } = this.position;
      const end = memory.stopRequested
        ? { reason: "stopped" as const }
        : await this.#trainEpoch(epoch);
      if (end.reason === "not finite") {
        executor.toModel();
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
    return this.#end("complete");
  }

  async #trainEpoch(epoch: number): Promise<EpochEnd> {
    const { training, position, open: { model, memory, executor, images } } = this;
    const { seed } = model.config;
    memory.order.set(
      new RandomStream(seed, "shuffle", epoch).permutation(memory.order.length),
    );
    memory.epochSums.set(position.epochSums);
    memory.batchesDone = position.batch;
    const plan = planEpoch(training, position, images);
    const start = performance.now();
    const doneBefore = position.epochSums[2];
    const elapsed = () => (performance.now() - start) / 1000;
    const end = await this.#watch(executor.epoch(plan), () => {
      const done = Math.min(memory.batchesDone * training.batchSize, images);
      const imagesPerSecond = done > doneBefore ? (done - doneBefore) / elapsed() : undefined;
      const imagesLeft = images - done + (training.epochs - epoch) * images;
      this.#tell({ phase: "training", epoch, done, total: images, imagesPerSecond, imagesLeft });
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
    const { model, memory, executor, images, testImages } = this.open;
    const start = performance.now();
    const elapsed = () => (performance.now() - start) / 1000;
    const sums = await this.#watch(executor.evaluate(), () => {
      const done = Math.min(memory.evaluated * evaluationBatchSize, testImages);
      const imagesPerSecond = done / elapsed() || undefined;
      const imagesLeft = (this.training.epochs - epoch) * images;
      this.#tell({
        phase: "evaluation",
        epoch,
        done,
        total: testImages,
        imagesPerSecond,
        imagesLeft,
      });
    });
    if (!sums) return null;
    const test = means(sums);
    executor.toModel();
    requireFinite(test, memory.weights, epoch);
    const scale = await model.scale();
    const record = richRecord({
      epoch,
      train: trainTerms,
      test,
      seconds,
      evaluationSeconds: elapsed(),
      imagesPerSecond: seconds > 0 ? images / seconds : 0,
      learningRate: this.training.learningRate,
      treatment: model.config.treatment,
      ...scale ? { learned: { [model.likelihood.scale!.name]: scale } } : {},
      tensors: tf.memory().numTensors,
    }, model.config);
    this.history.push(record);
    if (this.training.keepBest && bestEpoch(this.history) === record) {
      this.#best = await modelFiles(model);
    }
    await this.#save();
    return record;
  }

  async #save(): Promise<void> {
    const { model, options: { folder }, memory, executor, beginning } = this.open;
    if (!folder) return;
    const checkpoint = {
      position: this.position,
      m: memory.m,
      v: memory.v,
      run: {
        ...beginning.identity,
        changes: beginning.changes,
        engine: currentEngine(),
        workers: executor.workers,
        parameters: memory.weights.length,
        history: this.history,
      },
    };
    try {
      await saveCheckpoint(folder, model, checkpoint, this.#best);
      if (!this.#saved) await clearEarlier(folder);
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
      // Before anything is trained it is a mistake to be told; later, hours of work go on in memory.
      if (this.history.length <= 1) throw cannotWrite(folder, error);
      this.#trouble = `nothing is being saved: ${error.message}`;
      return;
    }
    this.#trouble = null;
    this.#saved = true;
  }

  async #stop(): Promise<TrainEnd> {
    const { executor, images, options: { folder, deadline } } = this.open;
    const { epoch, batch } = this.position;
    executor.toModel();
    await this.#save();
    const fraction = Math.min(1, batch * this.training.batchSize / images);
    const note = this.#withTrouble(stopNote({ epoch, fraction, folder }));
    const done = Math.round(fraction * images);
    this.#tell({ phase: "stopped", epoch, done, total: images, imagesLeft: 0, note });
    return { reason: "stopped", epoch, fraction, byDeadline: performance.now() > deadline, note };
  }

  #end(reason: "complete" | "early stopping"): TrainEnd {
    const { model, beginning: { checkpoint }, images } = this.open;
    const { training: { patience }, history } = this;
    if (this.#best) setWeights(model, this.#best, "the best epoch");
    const said = endNote(reason, {
      best: this.#best ? bestEpoch(history).epoch : null,
      nothingDone: checkpoint?.run.history.length === history.length,
      patience,
    });
    const note = this.#withTrouble(said);
    const { epoch } = history.at(-1)!;
    this.#tell({ phase: "done", epoch, done: images, total: images, imagesLeft: 0, note });
    return { reason, note };
  }

  #withTrouble(note: string): string {
    return this.#trouble ? `${note}; ${this.#trouble}` : note;
  }

  /** Reports while work goes on, and keeps the deadline. */
  #watch<T>(work: Promise<T>, report: () => void): Promise<T> {
    const { memory, options: { deadline } } = this.open;
    return watched(work, () => {
      if (performance.now() > deadline) memory.stopRequested = true;
      report();
    });
  }

  #tell(moment: Moment): void {
    const { options, memory, beginning } = this.open;
    options.report(progressOf(moment, {
      epochs: this.training.epochs,
      origin: this.#trouble ?? beginning.note,
      epochSums: memory.epochSums,
      history: this.history,
    }));
  }
}

/** Engines may pass over a weight that is no number (relu makes 0 of it): no epoch ends with one. */
function requireFinite(test: LossTerms, weights: Float32Array, epoch: number): void {
  const bad = Object.entries(test).find(([, value]) => !Number.isFinite(value))?.[0];
  if (bad) throw new NotFiniteError(`test ${bad}`, epoch, null);
  let witness = 0;
  for (const weight of weights) witness += weight * 0;
  if (witness !== 0) throw new NotFiniteError("sum of the weights", epoch, null);
}

function means({ reconstruction, kl, count }: Sums): LossTerms {
  return {
    loss: (reconstruction + kl) / count,
    reconstruction: reconstruction / count,
    kl: kl / count,
  };
}
