/** RMSprop as a plain loop. */

/** Over flat arrays, in place, in [from, to): weights, gradient, second moment. */
export type RmspropStep = (
  w: Float32Array,
  g: Float32Array,
  v: Float32Array,
  options: { learningRate: number; rho: number; epsilon: number },
  from: number,
  to: number,
) => void;

/**
 * One step of RMSprop over flat arrays, in place, in [from, to) (Tieleman & Hinton 2012, as Keras
 * has it): w −= α g / √(v + ε), with v a running mean of g².
 */
export const rmspropStep: RmspropStep = (w, g, v, options, from, to) => {
  const { learningRate, rho, epsilon } = options;
  for (let i = from; i < to; i++) {
    const gi = g[i];
    const vi = v[i] = rho * v[i] + (1 - rho) * gi * gi;
    w[i] -= learningRate * gi / Math.sqrt(vi + epsilon);
  }
};
