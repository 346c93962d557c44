/** Draws from the prior and reconstructions, for any model. */
import { gatherPixels, type ImageSet, type Treatment } from "../data/dataset.ts";
import { RandomStream } from "../random.ts";
import { decodeCodes, type Decodes, encodeAll, type Encodes, range } from "./encode.ts";

/**
 * Codes drawn from N(0, I): [count · latentDim]. An autoencoder promises nothing about them; that
 * is what its pictures show.
 */
export function priorCodes(count: number, latentDim: number, seed: number): Float32Array {
  return new RandomStream(seed, "prior").normals(count * latentDim);
}

/** Pixel means of `count` draws from the prior, [count · height · width · channels]. */
export function priorSamples(
  model: Decodes,
  { count = 16, seed = model.config.seed }: { count?: number; seed?: number } = {},
): Promise<Float32Array> {
  return decodeCodes(model, priorCodes(count, model.config.latentDim, seed));
}

/** Codes z = mean + exp(logVar / 2) ⊙ noise; the means where there is no log-variance or no noise. */
export function drawCodes(
  means: Float32Array,
  logVars: Float32Array | null,
  noise: Float32Array | null,
): Float32Array {
  if (!logVars || !noise) return means;
  return means.map((mean, i) => mean + Math.exp(logVars[i] / 2) * noise[i]);
}

/** Images beside what a model makes of them. */
export interface Reconstructions {
  /** The treated images, [count · height · width · channels]. */
  originals: Float32Array;
  /** Pixel means, the same shape. */
  reconstructions: Float32Array;
  labels: Uint8Array;
}

/**
 * Reconstructs a set's first `count` images through their codes: through the mean, or through a draw
 * where a seed for the noise is given.
 */
export async function reconstructions(
  model: Encodes & Decodes,
  set: ImageSet,
  { treatment, count = 10, noiseSeed = null }: {
    treatment: Treatment;
    count?: number;
    noiseSeed?: number | null;
  },
): Promise<Reconstructions> {
  const { means, logVars, labels } = await encodeAll(model, set, { treatment, count });
  const noise = noiseSeed === null
    ? null
    : new RandomStream(noiseSeed, "evaluation").normals(means.length);
  return {
    originals: gatherPixels(set, range(0, count), treatment, { seed: 0, epoch: 0 }),
    reconstructions: await decodeCodes(model, drawCodes(means, logVars, noise)),
    labels,
  };
}
