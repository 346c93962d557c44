/** Where a run's steps are computed: in this thread, or by a crew of workers. */
import type { ImageSet } from "../data/image_set.ts";
import type { Model } from "../models/model.ts";
import type { TrainingSettings } from "../models/training_settings.ts";
import { type EpochEnd, epochLoop, type EpochPlan } from "./epoch_loop.ts";
import { evaluate, evaluationSums } from "./evaluation.ts";
import type { RunMemory, Sums } from "./run_memory.ts";
import { Stepper } from "./stepper.ts";

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
  training: TrainingSettings;
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
  const { model, training, train, test, memory } = job;
  const stepper = new Stepper(model, training);
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
      stepper.follow(memory.weights);
      memory.evaluated = 0;
      await evaluate({ ...job, stepper }, { first: 0, stride: 1, pause: macrotask });
      stepper.release();
      return evaluationSums(memory, test.count);
    },
    toModel() {
      stepper.follow(memory.weights);
      stepper.toModel();
    },
    close: () => stepper.dispose(),
  };
}
