/** The terms of the bound for one image, in nats: what `lib/losses.ts` and `lib/evaluation/` compute. */
import { logMeanExp } from "../../../evaluation/log_mean_exp.ts";
import { RandomStream } from "../../../random.ts";
import type { BoundContents } from "../contents.ts";
import type { PageModel } from "./model.ts";
import { pixelLossOf } from "./pixel_loss.ts";

/** q(z|x) of one image. */
export interface Posterior {
  mean: ArrayLike<number>;
  sigma: ArrayLike<number>;
}

/** How many draws a sample of q(z|x) has, and of how many the bounds are made of. */
export const draws = 100;
export const bounds = [1, 10, 100] as const;

/**
 * −log p(x|z) of each pixel, summed over its channels, [height · width].
 *
 * @param outputs the decoder's numbers for z
 * @param x the pixels as the encoder sees them, [height · width · channels]
 */
export function createPixelLosses(
  model: Pick<PageModel, "logScale">,
  contents: BoundContents,
  channels: number,
) {
  const { likelihood } = contents;
  return (outputs: ArrayLike<number>, x: ArrayLike<number>): Float64Array => {
    const lossOf = pixelLossOf({ likelihood, logScale: model.logScale() });
    const losses = new Float64Array(x.length / channels);
    for (let i = 0; i < x.length; i++) {
      losses[Math.floor(i / channels)] += lossOf(outputs[i], x[i], i % channels);
    }
    return losses;
  };
}

/** The sum of numbers. */
export function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

/** KL(q(z|x) ‖ N(0, 1)) of each dimension: ½ (mean² + σ² − 1 − log σ²). */
export function klOfDimensions({ mean, sigma }: Posterior): number[] {
  return Array.from(
    mean,
    (m, i) => 0.5 * (m ** 2 + sigma[i] ** 2 - 1 - 2 * Math.log(sigma[i])),
  );
}

/**
 * ε of each draw for one image: those of `iwaeBound` with this seed for a set of one.
 *
 * @returns `draws` arrays [latentDim]
 */
export function noiseOf(seed: number, latentDim: number): Float32Array[] {
  return Array.from(
    { length: draws },
    (_, draw) =>
      new RandomStream(seed, "evaluation", ...(draw === 0 ? [0] : [0, draw])).normals(latentDim),
  );
}

/** z = mean + σ ε. */
export const drawnCode = ({ mean, sigma }: Posterior, eps: ArrayLike<number>): Float32Array =>
  Float32Array.from(mean, (m, i) => m + sigma[i] * eps[i]);

/** log q(z|x) − log p(z) at a draw: ½ Σ z² − ε² − log σ². */
export const klOfDraw = ({ sigma }: Posterior, z: ArrayLike<number>, eps: ArrayLike<number>) =>
  total(Array.from(z, (value, i) => 0.5 * (value ** 2 - eps[i] ** 2) - Math.log(sigma[i])));

/**
 * −L_k, the importance-weighted bound on −log p(x) (Burda et al. 2015, eq. 8), mean over as many groups of
 * k as there are draws: for k = 1 it is −ELBO. It never rises with k.
 *
 * @param logWeights log p(x, z) − log q(z|x) of each draw
 */
export function negativeBound(logWeights: readonly number[], k: number): number {
  const groups = Math.floor(logWeights.length / k);
  const means = Array.from(
    { length: groups },
    (_, group) => logMeanExp(logWeights.slice(group * k, (group + 1) * k)),
  );
  return -total(means) / groups;
}

/** Mean and standard deviation (divided by the count). */
export function spreadOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = total(values) / values.length;
  return {
    mean,
    deviation: Math.sqrt(total(values.map((value) => (value - mean) ** 2)) / values.length),
  };
}
