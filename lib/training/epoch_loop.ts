/** The batches of one epoch, as every thread of a run goes through them. */
import type { ImageSet } from "../data/image_set.ts";
import type { Barrier } from "../compute/workers.ts";
import type { TrainingSettings } from "../models/training_settings.ts";
import type { Position } from "./checkpoint.ts";
import { optimizerStep, sumGradients } from "./optimizer.ts";
import type { RunMemory } from "./run_memory.ts";
import type { PlannedBatch } from "./step.ts";
import type { Stepper } from "./stepper.ts";

/** What is to be done in one epoch, the same for all threads. */
export interface EpochPlan {
  epoch: number;
  /** Index of the first batch: 0, or where a stopped run goes on. */
  firstBatch: number;
  /** Number of batches in the whole epoch. */
  batches: number;
  batchSize: number;
  learningRate: number;
  optimizer: TrainingSettings["optimizer"];
  /** Optimizer steps taken before this epoch's `firstBatch`. */
  step: number;
  /** Weight of the KL term at the epoch's first batch, and what each batch adds to it. */
  klWeight: number;
  klWeightStep: number;
  klWeightMax: number;
}

/** The plan of the epoch that a position stands in. */
export function planEpoch(
  training: TrainingSettings,
  position: Position,
  images: number,
): EpochPlan {
  const batches = Math.ceil(images / training.batchSize);
  const warmupBatches = training.klWarmupEpochs * batches;
  const klWeightStep = warmupBatches > 0 ? training.beta / warmupBatches : 0;
  return {
    epoch: position.epoch,
    firstBatch: position.batch,
    batches,
    batchSize: training.batchSize,
    learningRate: training.learningRate,
    optimizer: training.optimizer,
    step: position.step,
    klWeight: warmupBatches > 0 ? klWeightStep * position.step : training.beta,
    klWeightStep,
    klWeightMax: training.beta,
  };
}

/** The batches of an epoch that are still to do, in their order. */
export function* plannedBatches(plan: EpochPlan, order: Uint32Array): Generator<PlannedBatch> {
  const { epoch, firstBatch, batches, batchSize } = plan;
  for (let batch = firstBatch; batch < batches; batch++) {
    const start = batch * batchSize, done = batch - firstBatch;
    yield {
      indices: order.subarray(start, start + batchSize),
      epoch,
      batch,
      klWeight: Math.min(plan.klWeightMax, plan.klWeight + done * plan.klWeightStep),
      step: plan.step + done + 1,
    };
  }
}

/** How an epoch ended: with its last batch, by a stop, or at a term that is no number. */
export type EpochEnd =
  | { reason: "complete" }
  | { reason: "stopped" }
  | { reason: "not finite"; term: "reconstruction" | "KL" | "gradient"; batch: number };

/** What a thread brings to the loop. */
export interface Member {
  id: number;
  stepper: Stepper;
  train: ImageSet;
  memory: RunMemory;
  /** Meets the other threads; does nothing where there are none. */
  meet: Barrier["wait"];
}

/**
 * Goes through the batches; yields after each, so that a caller in the kernel's own thread can let
 * other things happen. A batch with a term that is not finite ends the loop before its update: the
 * weights stay the last good ones. (A gradient that is not finite skips only the part of the weights
 * it was found in, so that no weight becomes it.)
 */
export function* epochLoop(member: Member, plan: EpochPlan): Generator<void, EpochEnd, void> {
  const { id, stepper, memory, meet, train } = member;
  const workers = memory.gradients.length;
  const size = memory.weights.length;
  stepper.follow(memory.weights);
  const [sliceFrom, sliceTo] = share(size, id, workers);
  for (const planned of plannedBatches(plan, memory.order)) {
    const { indices, batch, step } = planned;
    const [from, to] = share(indices.length, id, workers);
    const sums = stepper.gradients(train, planned, { from, to }, memory.gradients[id]);
    memory.batchSums.set([sums.reconstruction, sums.kl], 2 * id);
    if (id === 0) memory.stopAgreed = memory.stopRequested;
    meet();
    const term = nonFiniteTerm(memory.batchSums);
    if (term) return { reason: "not finite", term, batch };

    const gradient = memory.gradients[0];
    if (sumGradients(memory.gradients, sliceFrom, sliceTo)) {
      optimizerStep(
        { kind: plan.optimizer, m: memory.m, v: memory.v, step },
        plan.learningRate,
        memory.weights,
        gradient,
        sliceFrom,
        sliceTo,
      );
    } else {
      memory.gradientFailed = true;
    }
    const stop = memory.stopAgreed;
    if (id === 0) countBatch(memory, indices.length, batch);
    meet();
    stepper.follow(memory.weights);
    if (memory.gradientFailed) return { reason: "not finite", term: "gradient", batch };
    if (stop) return { reason: "stopped" };
    yield;
  }
  return { reason: "complete" };
}

/** The part [from, to) of `count` things that falls to one of `workers`. */
export function share(count: number, id: number, workers: number): [number, number] {
  return [Math.floor(count * id / workers), Math.floor(count * (id + 1) / workers)];
}

function nonFiniteTerm(batchSums: Float64Array): "reconstruction" | "KL" | null {
  for (let i = 0; i < batchSums.length; i++) {
    if (!Number.isFinite(batchSums[i])) return i % 2 === 0 ? "reconstruction" : "KL";
  }
  return null;
}

function countBatch(memory: RunMemory, images: number, batch: number): void {
  const { batchSums, epochSums } = memory;
  for (let i = 0; i < batchSums.length; i += 2) {
    epochSums[0] += batchSums[i];
    epochSums[1] += batchSums[i + 1];
  }
  epochSums[2] += images;
  memory.batchesDone = batch + 1;
}
