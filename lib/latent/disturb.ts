/** A disturbed code: how far can one step aside before the digit falls apart? */
import { RandomStream } from "../random.ts";
import { linearSteps } from "./normal_quantile.ts";

/**
 * A code with growing noise in one random direction: code + s · deviations ⊙ noise, s from 0 to
 * `amount` in equal steps. The first is the code itself.
 *
 * @param code [latentDim]
 * @param deviations the unit of the noise, [latentDim]: the codes' standard deviation in each dimension
 *   makes two models comparable whose codes spread differently; ones by default
 * @returns [steps · latentDim]
 */
export function disturbedCodes(
  code: ArrayLike<number>,
  { steps = 8, amount = 3, seed = 0, deviations }: {
    steps?: number;
    amount?: number;
    seed?: number;
    deviations?: ArrayLike<number>;
  } = {},
): Float32Array {
  const d = code.length;
  if (deviations && deviations.length !== d) {
    throw new RangeError(
      `disturbedCodes: expected ${d} deviations, one per dimension, got ${deviations.length}`,
    );
  }
  const noise = unitLength(new RandomStream(seed, "disturb").normals(d));
  const codes = new Float32Array(steps * d);
  linearSteps(steps, 0, amount).forEach((scale, step) => {
    for (let i = 0; i < d; i++) {
      codes[step * d + i] = code[i] + scale * noise[i] * (deviations?.[i] ?? 1);
    }
  });
  return codes;
}

/** Scales a draw to length √d, that of a typical one, so that every seed disturbs equally. */
function unitLength(noise: Float32Array): Float32Array {
  const length = Math.hypot(...noise);
  return noise.map((value) => (value / length) * Math.sqrt(noise.length));
}
