/** The same digits, noise and draws at every epoch, so that frames show learning and not jitter. */
import { gatherPixels, type ImageSet, take, type Treatment } from "../data/dataset.ts";
import { RandomStream } from "../random.ts";
import { decodeCodes, type Decodes, encodeAll, type Encodes, range } from "./encode.ts";
import { drawCodes, priorCodes } from "./samples.ts";

/** What every frame is made from. */
export interface FixedSamples {
  /** The digits, without their bytes copied. */
  set: ImageSet;
  treatment: Treatment;
  /** Treated, [count · height · width · channels]. */
  originals: Float32Array;
  /** Draws from N(0, 1) for the reparameterisation, [count · latentDim]. */
  noise: Float32Array;
  /** Draws from the prior, [count · latentDim]. */
  priorCodes: Float32Array;
}

/** The first 16 images of a set, with noise and draws from the prior that one seed decides. */
export function fixedSamples(
  set: ImageSet,
  { treatment, latentDim, seed, count = 16 }: {
    treatment: Treatment;
    latentDim: number;
    seed: number;
    count?: number;
  },
): FixedSamples {
  return {
    set: take(set, count),
    treatment,
    originals: gatherPixels(set, range(0, count), treatment, { seed: 0, epoch: 0 }),
    noise: new RandomStream(seed, "evaluation").normals(count * latentDim),
    priorCodes: priorCodes(count, latentDim, seed),
  };
}

/**
 * The originals and what a model makes of them now: pixel means, [count · height · width · channels] each.
 * An autoencoder has no noise to add; its draws are codes from N(0, I) all the same.
 */
export async function renderFixedSamples(
  model: Encodes & Decodes,
  { set, treatment, originals, noise, priorCodes }: FixedSamples,
): Promise<{ originals: Float32Array; reconstructions: Float32Array; prior: Float32Array }> {
  const { means, logVars } = await encodeAll(model, set, { treatment });
  return {
    originals,
    reconstructions: await decodeCodes(model, drawCodes(means, logVars, noise)),
    prior: await decodeCodes(model, priorCodes),
  };
}
