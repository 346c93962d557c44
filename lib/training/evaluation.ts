/** The held-out images, a batch at a time: the numbers that end an epoch. */
import * as tf from "@tensorflow/tfjs";
import type { ImageSet } from "../data/image_set.ts";
import type { Model } from "../models/model.ts";
import type { RunMemory, Sums } from "./run_memory.ts";
import { evaluationBatch } from "./step.ts";
import type { Stepper } from "./stepper.ts";

/** Held-out images go through the model this many at a time, whatever the training's batch size. */
export const evaluationBatchSize = 100;

/** Who evaluates which batches: `first`, `first + stride`, `first + 2 · stride` … */
interface Turns {
  first: number;
  stride: number;
  /** Called after each batch. */
  pause: () => Promise<void> | void;
}

/**
 * Puts each batch's sums, with the model's weights as they are, into `memory.evaluation`. Ends after the
 * batch under way where `memory.stopRequested` is set.
 */
export async function evaluate(
  { model, stepper, test, memory }: {
    model: Model;
    stepper: Stepper;
    test: ImageSet;
    memory: RunMemory;
  },
  { first, stride, pause }: Turns = { first: 0, stride: 1, pause: () => {} },
): Promise<void> {
  const batches = Math.ceil(test.count / evaluationBatchSize);
  for (let number = first; number < batches; number += stride) {
    const start = number * evaluationBatchSize;
    const length = Math.min(evaluationBatchSize, test.count - start);
    const indices = Uint32Array.from({ length }, (_, i) => start + i);
    const batch = evaluationBatch(model, test, indices, number);
    memory.evaluation.set(await stepper.sums(batch), 2 * number);
    tf.dispose({ ...batch });
    memory.countEvaluated();
    if (memory.stopRequested) return;
    await pause();
  }
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
