/** Draws from the prior and reconstructions, for any model. */
import { z } from "zod";
import { asCodes, Codes } from "../data/codes.ts";
import { treatments } from "../data/batches.ts";
import type { ImageSet } from "../data/image_set.ts";
import type { Images } from "../data/images.ts";
import type { Labelled } from "../data/labels.ts";
import { treat } from "../data/treat.ts";
import { aModel, anImageSet, aPositiveCount, numbers, requireArguments } from "../kinds.ts";
import { OptionError, parseOptions } from "../options.ts";
import { RandomStream } from "../random.ts";
import { decodeCodes, type Decodes, encodeAll, type Encodes } from "./encode.ts";

const priorSchema = z.strictObject({
  count: z.int().min(1).default(16),
  seed: z.int().default(1),
});
export type PriorOptions = z.input<typeof priorSchema>;

/**
 * Codes drawn from the prior N(0, I). An autoencoder promises nothing about them; that is what its
 * pictures show.
 *
 * @throws OptionError
 *
 * @example
 * ```ts
 * import type { Model } from "../models/mod.ts";
 * import { decodeCodes } from "./encode.ts";
 * import { priorCodes } from "./samples.ts";
 *
 * const samples = (model: Model) =>
 *   decodeCodes(model, priorCodes(model.config.latentDim, { count: 10 }));
 * ```
 */
export function priorCodes(latentDim: number, options: PriorOptions = {}): Codes {
  requireArguments("priorCodes", { latentDim: [aPositiveCount, latentDim] });
  const { count, seed } = parseOptions(priorSchema, options, "priorCodes");
  return new Codes(new RandomStream(seed, "prior").normals(count * latentDim), latentDim);
}

/**
 * Codes z = mean + exp(logVar / 2) ⊙ eps; the means where there is no log-variance or no noise.
 *
 * @param eps draws from N(0, 1), as many as the codes' values
 * @throws OptionError where there are more or fewer
 */
export function drawCodes(codes: Codes, eps: Float32Array | null): Codes {
  const { values, logVars, latentDim, labels, classNames } = asCodes("drawCodes", codes);
  if (!logVars || eps === null) return codes;
  requireArguments("drawCodes", { eps: [numbers, eps] });
  if (eps.length !== values.length) {
    throw new OptionError(
      `drawCodes: eps: expected ${values.length} numbers, as many as values, got ${eps.length}`,
    );
  }
  const drawn = values.map((mean, i) => mean + Math.exp(logVars[i] / 2) * eps[i]);
  return new Codes(drawn, latentDim, { labels, classNames });
}

/** Images beside what a model makes of them. */
export interface Reconstructions extends Labelled {
  /** The treated images. */
  originals: Images;
  /** Pixel means. */
  reconstructions: Images;
}

const reconstructionSchema = z.strictObject({
  /** The model's by default. */
  treatment: z.enum(treatments).optional(),
  /** The first so many images. */
  count: z.int().min(1).default(10),
  /** Of the draw z ~ q(z|x); null takes the mean instead. */
  noiseSeed: z.int().nullable().default(null),
});
export type ReconstructionOptions = z.input<typeof reconstructionSchema>;

/**
 * Reconstructs a set's first `count` images through their codes: through the mean, or through a draw
 * where a seed for the noise is given.
 *
 * @throws OptionError
 */
export async function reconstructions(
  model: Encodes & Decodes,
  set: ImageSet,
  options: ReconstructionOptions = {},
): Promise<Reconstructions> {
  requireArguments("reconstructions", { model: [aModel, model], set: [anImageSet, set] });
  const parsed = parseOptions(reconstructionSchema, options, "reconstructions");
  const { treatment = model.config.treatment, count, noiseSeed } = parsed;
  const { seed } = model.config;
  const codes = await encodeAll(model, set, { treatment, count, seed });
  const eps = noiseSeed === null
    ? null
    : new RandomStream(noiseSeed, "evaluation").normals(codes.values.length);
  return {
    originals: treat(set, treatment, { count, seed }),
    reconstructions: await decodeCodes(model, drawCodes(codes, eps)),
    labels: codes.labels,
    classNames: codes.classNames,
  };
}
