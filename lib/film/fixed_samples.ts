/** The same images, noise and draws at every epoch, so that frames show learning and not jitter. */
import { z } from "zod";
import { Codes } from "../data/codes.ts";
import { type ImageSet, take } from "../data/image_set.ts";
import type { Images } from "../data/images.ts";
import { treat } from "../data/treat.ts";
import { decodeCodes, type Decodes, encodeAll, type Encodes } from "../latent/encode.ts";
import { drawCodes, priorCodes } from "../latent/samples.ts";
import { aModel, anImageSet, type Kind, requireArguments } from "../kinds.ts";
import { parseOptions } from "../options.ts";
import { RandomStream } from "../random.ts";
import { range } from "../steps.ts";

/** What every frame is made from. */
export interface FixedSamples {
  /** The images, without their bytes copied. */
  set: ImageSet;
  /** Treated as the model's images are. */
  originals: Images;
  /** Draws from N(0, 1) for the reparameterisation, [count · latentDim]. */
  noise: Float32Array;
  /** Draws from the prior, `count` of them; of a conditional model one class after the other. */
  priorCodes: Codes;
}

const fixedSchema = z.strictObject({
  /** The first so many images; fewer where the set has fewer. */
  count: z.int().min(1).default(16),
});

/**
 * The first images of a set, with noise and draws from the prior that the model's seed decides.
 *
 * @throws OptionError
 */
export function fixedSamples(
  model: Pick<Encodes, "config">,
  set: ImageSet,
  options: z.input<typeof fixedSchema> = {},
): FixedSamples {
  requireArguments("fixedSamples", { model: [aModel, model], set: [anImageSet, set] });
  const count = Math.min(parseOptions(fixedSchema, options, "fixedSamples").count, set.count);
  const { treatment, latentDim, seed, classes } = model.config;
  const drawn = priorCodes(latentDim, { count, seed });
  return {
    set: take(set, count),
    originals: treat(set, treatment, { count, seed }),
    noise: new RandomStream(seed, "evaluation").normals(count * latentDim),
    priorCodes: classes
      ? new Codes(drawn.values, latentDim, { labels: range(0, count).map((i) => i % classes) })
      : drawn,
  };
}

const fixedKind: Kind = {
  what: "fixed samples, as `fixedSamples` gives",
  holds: (value) => anImageSet.holds(value?.set) && anImageSet.holds(value.originals),
};

/**
 * The originals and what a model makes of them now: pixel means. An autoencoder has no noise to add; its
 * draws are codes from N(0, I) all the same.
 */
export async function renderFixedSamples(
  model: Encodes & Decodes,
  samples: FixedSamples,
): Promise<{ originals: Images; reconstructions: Images; prior: Images }> {
  requireArguments("renderFixedSamples", {
    model: [aModel, model],
    samples: [fixedKind, samples],
  });
  const { set, originals, noise, priorCodes } = samples;
  const codes = await encodeAll(model, set);
  return {
    originals,
    reconstructions: await decodeCodes(model, drawCodes(codes, noise)),
    prior: await decodeCodes(model, priorCodes),
  };
}
