/**
 * Adam and RMSprop with Keras's formulas and defaults, over one flat vector of all parameters: one
 * step is one loop, a worker can own a slice of it, and a checkpoint is three arrays.
 *
 * tfjs's own optimizers add epsilon elsewhere and keep their state per variable, by position.
 */
import type { TrainingSettings } from "../models/training_settings.ts";
import { flatKernels } from "../compute/flat/flat_kernels.ts";

/** State of an optimizer: moments as long as the parameters, and the number of steps taken. */
export interface OptimizerState {
  kind: TrainingSettings["optimizer"];
  /** Running mean of gradients (Adam; stays zero for RMSprop). */
  m: Float32Array;
  /** Running mean of squared gradients. */
  v: Float32Array;
  step: number;
}

/** Keras's defaults, but for the learning rate. */
export const optimizerDefaults = {
  adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  rmsprop: { rho: 0.9, epsilon: 1e-7 },
} as const;

/** Adds the workers' gradients into the first one's memory, in [from, to); false where one is not finite. */
export function sumGradients(
  [total, ...others]: Float32Array[],
  from: number,
  to: number,
): boolean {
  return flatKernels.accumulate(total, others, from, to);
}

/**
 * One step on `w` in [from, to), in place; `state.step` is the number of this step, from 1.
 *
 * - Adam (Kingma & Ba 2014, the efficient form at the end of section 2, as Keras has it):
 *   w −= α √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε)
 * - RMSprop (Tieleman & Hinton 2012, as Keras has it): w −= α g / √(v + ε)
 */
export function optimizerStep(
  state: OptimizerState,
  learningRate: number,
  w: Float32Array,
  g: Float32Array,
  from = 0,
  to = w.length,
): void {
  const { m, v, step } = state;
  if (state.kind === "adam") {
    const options = { learningRate, ...optimizerDefaults.adam, step };
    flatKernels.adamStep(w, g, m, v, options, from, to);
  } else {
    const options = { learningRate, ...optimizerDefaults.rmsprop };
    flatKernels.rmspropStep(w, g, v, options, from, to);
  }
}
