/** Steps on a backend whose numbers can only be read later (WebGPU): weights and moments stay tensors there. */
import * as tf from "@tensorflow/tfjs";
import type { Model } from "../models/model.ts";
import { type EpochEnd, type EpochPlan, plannedBatches } from "./epoch_loop.ts";
import type { Job } from "./executor.ts";
import type { RunMemory, Sums } from "./run_memory.ts";
import { type Moments, type PlannedBatch, trainingStep } from "./step.ts";

/** Sums are fetched at most every so many batches: each fetch waits for the device. */
export const batchesPerFetch = 20;

/** What steps that were taken together came to. */
export interface Taken {
  /** Of each batch before its step, unweighted. */
  sums: Sums[];
  /** Null where the epoch goes on. */
  end: EpochEnd | null;
}

/** Takes the epoch's next steps, at most so many, and waits for their numbers. */
export type TakeSteps = (most: number) => Promise<Taken>;

interface Pending {
  planned: PlannedBatch;
  sums: tf.Tensor1D;
}

/** The optimizer's moments in a run's memory as tensors, one pair for each variable. Disposed by the caller. */
export function momentsOf(model: Model, memory: Pick<RunMemory, "m" | "v">): Moments[] {
  let offset = 0;
  return model.variables().map(({ size, shape }) => {
    const upload = (flat: Float32Array) => tf.tensor(flat.slice(offset, offset + size), shape);
    const pair = { m: upload(memory.m), v: upload(memory.v) };
    offset += size;
    return pair;
  });
}

/**
 * The steps of an epoch: `model` and `moments` change, `memory` counts. A stop ends a fetch early; a batch whose
 * term is not finite ends the epoch, and changed nothing.
 */
export function deviceSteps(
  { model, training, train, memory }: Omit<Job, "test">,
  moments: Moments[],
  plan: EpochPlan,
): TakeSteps {
  const { learningRate, optimizer } = plan;
  const batches = plannedBatches(plan, memory.order);
  return async (most) => {
    const pending: Pending[] = [];
    try {
      do {
        const { value: planned, done } = batches.next();
        if (done) break;
        const settings = { ...training, learningRate, optimizer };
        pending.push({ planned, sums: trainingStep(model, settings, train, planned, moments) });
      } while (pending.length < most && !memory.stopRequested);
      if (pending.length === 0) return { sums: [], end: { reason: "complete" } };
      return await fetchSums(memory, pending);
    } finally {
      for (const { sums } of pending) sums.dispose();
    }
  };
}

async function fetchSums(memory: RunMemory, pending: Pending[]): Promise<Taken> {
  const fetched = await Promise.all(pending.map(({ sums }) => sums.data()));
  const sums: Sums[] = [];
  for (const [i, { planned: { indices, batch } }] of pending.entries()) {
    const [reconstruction, kl] = fetched[i];
    if (!Number.isFinite(reconstruction) || !Number.isFinite(kl)) {
      const term = Number.isFinite(reconstruction) ? "KL" : "reconstruction";
      return { sums, end: { reason: "not finite", term, batch } };
    }
    memory.epochSums[0] += reconstruction;
    memory.epochSums[1] += kl;
    memory.epochSums[2] += indices.length;
    memory.batchesDone = batch + 1;
    sums.push({ reconstruction, kl, count: indices.length });
  }
  return { sums, end: null };
}
