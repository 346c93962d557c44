/** How much noise on a code a decoder bears: an average over many digits, where one could be luck. */
import { columnStatistics, meanSquaredError } from "../evaluation/metrics.ts";
import { gatherPixels, type ImageSet, type Treatment } from "../data/dataset.ts";
import { disturbedCodes } from "./disturb.ts";
import { decodeCodes, type Decodes, encodeAll, type Encodes, range } from "./encode.ts";
import { linearSteps } from "./normal_quantile.ts";

/** What noise does to reconstructions. */
export interface Disturbance {
  /** The noise of each step, in standard deviations of the model's own codes. */
  amounts: number[];
  /** Mean squared error per pixel at each step. */
  errors: number[];
}

/**
 * Encodes a set's first `count` images, adds growing noise to the codes, each in a direction of its own,
 * and measures how far the decoded images are from the originals.
 *
 * @param target the treatment of the originals to compare with: one for all models that are compared
 */
export async function disturbance(
  model: Encodes & Decodes,
  set: ImageSet,
  { target, count = 200, steps = 8, amount = 2, seed = 0 }: {
    target: Treatment;
    count?: number;
    steps?: number;
    amount?: number;
    seed?: number;
  },
): Promise<Disturbance> {
  const { latentDim, treatment } = model.config;
  const { means } = await encodeAll(model, set, { treatment, count });
  const deviations = columnStatistics(means, latentDim).variance.map(Math.sqrt);
  const originals = gatherPixels(set, range(0, count), target, { seed: 0, epoch: 0 });
  const walks = Array.from(range(0, count), (i) => {
    const code = means.subarray(i * latentDim, (i + 1) * latentDim);
    return disturbedCodes(code, { steps, amount, seed: seed + i, deviations });
  });
  const errors: number[] = [];
  for (let step = 0; step < steps; step++) {
    const codes = new Float32Array(means.length);
    walks.forEach((walk, i) =>
      codes.set(walk.subarray(step * latentDim, (step + 1) * latentDim), i * latentDim)
    );
    errors.push(meanSquaredError(originals, await decodeCodes(model, codes)));
  }
  return { amounts: linearSteps(steps, 0, amount), errors };
}
