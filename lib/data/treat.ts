/** A set's images as a model sees them. */
import { z } from "zod";
import { anImageSet, requireArguments } from "../kinds.ts";
import { OptionError, parseOptions } from "../options.ts";
import { range } from "../steps.ts";
import { gatherPixels, type Treatment, treatments } from "./batches.ts";
import { checkCount, type ImageSet } from "./image_set.ts";
import { Images } from "./images.ts";

const treatSchema = z.strictObject({
  /** The first so many images; all by default. */
  count: z.int().min(0).optional(),
  /** Which coins `dynamic` throws: those of training's evaluation have the model's seed and epoch 0. */
  seed: z.int().default(0),
  epoch: z.int().min(0).default(0),
});
export type TreatOptions = z.input<typeof treatSchema>;

/**
 * A set's first images as numbers in [0, 1], by one of the treatments (see `Treatment`).
 *
 * @throws OptionError, as where the set has fewer images
 *
 * @example
 * ```ts
 * import { loadMnist } from "./public_sets/mnist.ts";
 * import { treat } from "./treat.ts";
 *
 * const { test } = await loadMnist();
 * const images = treat(test, "threshold", { count: 10 });
 * ```
 */
export function treat(set: ImageSet, treatment: Treatment, options: TreatOptions = {}): Images {
  const parsed = parseOptions(treatSchema, options, "treat");
  requireArguments("treat", { set: [anImageSet, set] });
  const { count = set.count, seed, epoch } = parsed;
  if (!treatments.includes(treatment)) {
    throw new OptionError(
      `treat: treatment: expected ${treatments.map((one) => `"${one}"`).join(" or ")}, ` +
        `got ${JSON.stringify(treatment)}`,
    );
  }
  checkCount("treat", set, count);
  const pixels = gatherPixels(set, range(0, count), treatment, { seed, epoch });
  return new Images(pixels, [set.height, set.width, set.channels]);
}
