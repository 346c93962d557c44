/** Where a run's steps are computed: in this thread, or by a crew of workers. */
import type { ImageSet } from "../data/dataset.ts";
import type { Model } from "../models/model.ts";
import type { ModelConfig } from "../models/presets.ts";
import { type EpochEnd, epochLoop, type EpochPlan } from "./epoch_loop.ts";
import type { RunMemory, Sums } from "./run_memory.ts";
import { Stepper } from "./stepper.ts";

/** Held-out images go through the model this many at a time, whatever the training's batch size. */
export const evaluationBatchSize = 100;

/** Computes epochs and evaluations on a run's memory. `memory.stopRequested` ends either early. */
export interface Executor {
  /** Threads that share the work. */
  readonly workers: number;
  epoch(plan: EpochPlan): Promise<EpochEnd>;
  /** Sums over the held-out images; null where a stop came before the last batch of them. */
  evaluate(): Promise<Sums | null>;
  /** Copies the memory's weights into the model's variables. */
  toModel(): void;
  close(): void;
}

/** What an executor works on. `test` and `train` are as long as they are used. */
export interface Job {
  model: Model;
  /** How it is trained. */
  config: ModelConfig;
  train: ImageSet;
  test: ImageSet;
  memory: RunMemory;
}

/** Lets timers, signals and messages of this thread have their turn. */
export const macrotask = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** Between two turns for others this thread computes so long, in milliseconds. */
const turn = 50;

/** Runs everything in the calling thread, with the engine's own threads, and pauses often for others. */
export function inThisThread(job: Job): Executor {
  const { model, config, train, test, memory } = job;
  const stepper = new Stepper(model, config);
  return {
    workers: 1,
    async epoch(plan) {
      const loop = epochLoop({ id: 0, stepper, train, memory, meet: () => {} }, plan);
      let resumed = performance.now();
      for (;;) {
        const step = loop.next();
        if (step.done) return step.value;
        if (performance.now() - resumed > turn) {
          await macrotask();
          resumed = performance.now();
        }
      }
    },
    async evaluate() {
      stepper.loadWeights(memory.weights);
      memory.evaluated = 0;
      for (const [batch, indices] of evaluationBatches(test.count).entries()) {
        const sums = await stepper.evaluate(test, indices, batch);
        memory.evaluation.set([sums.reconstruction, sums.kl], 2 * batch);
        memory.countEvaluated();
        if (memory.stopRequested) break;
        await macrotask();
      }
      return evaluationSums(memory, test.count);
    },
    toModel: () => stepper.loadWeights(memory.weights),
    close() {},
  };
}

/** The held-out images in their own order. */
export function evaluationBatches(count: number): Uint32Array[] {
  const parts: Uint32Array[] = [];
  for (let start = 0; start < count; start += evaluationBatchSize) {
    const length = Math.min(evaluationBatchSize, count - start);
    parts.push(Uint32Array.from({ length }, (_, i) => start + i));
  }
  return parts;
}

/**
 * Adds the batches up in their order, so that the number does not depend on who computed them; null
 * where some are missing.
 */
export function evaluationSums(memory: RunMemory, count: number): Sums | null {
  if (memory.evaluated < Math.ceil(count / evaluationBatchSize)) return null;
  const sums = { reconstruction: 0, kl: 0, count };
  for (let i = 0; i < memory.evaluation.length; i += 2) {
    sums.reconstruction += memory.evaluation[i];
    sums.kl += memory.evaluation[i + 1];
  }
  return sums;
}
