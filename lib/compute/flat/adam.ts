/** Adam as a plain loop. */

/** Over flat arrays, in place, in [from, to): weights, gradient, first and second moments. */
export type AdamStep = (
  w: Float32Array,
  g: Float32Array,
  m: Float32Array,
  v: Float32Array,
  options: { learningRate: number; beta1: number; beta2: number; epsilon: number; step: number },
  from: number,
  to: number,
) => void;

/**
 * One step of Adam over flat arrays, in place, in [from, to) (Kingma & Ba 2014, the efficient form at
 * the end of section 2, as Keras has it): w −= α √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε).
 *
 * @param options.step the number of this step, from 1
 */
export const adamStep: AdamStep = (w, g, m, v, options, from, to) => {
  const { learningRate, beta1, beta2, epsilon, step } = options;
  const rate = learningRate * Math.sqrt(1 - beta2 ** step) / (1 - beta1 ** step);
  for (let i = from; i < to; i++) {
    const gi = g[i];
    const mi = m[i] = beta1 * m[i] + (1 - beta1) * gi;
    const vi = v[i] = beta2 * v[i] + (1 - beta2) * gi * gi;
    w[i] -= rate * mi / (Math.sqrt(vi) + epsilon);
  }
};
