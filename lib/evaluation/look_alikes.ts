/** Which class a picture looks like, by the pictures that it is nearest to. */
import { z } from "zod";
import { treatments } from "../data/batches.ts";
import type { ImageSet } from "../data/image_set.ts";
import type { Images } from "../data/images.ts";
import { labelsOf } from "../data/labels.ts";
import { treat } from "../data/treat.ts";
import { anImageSet, requireArguments } from "../kinds.ts";
import { parseOptions } from "../options.ts";
import { nearestImages } from "./nearest_images.ts";
import { vote } from "./nearest_neighbours.ts";

const lookSchema = z.strictObject({
  /** How the set's images are seen: best as the decoder's were. */
  treatment: z.enum(treatments).default("threshold"),
  /** How many neighbours vote. */
  k: z.int().min(1).default(5),
  /** The first so many images of the set. */
  count: z.int().min(1).default(5_000),
});

/**
 * For each image the label of most of its `k` nearest images of a set, pixel by pixel (squared Euclidean
 * distance). A plain judge of decoded images that knows nothing of codes; ask it about images of known
 * class as well, to see how far it can be trusted.
 *
 * @throws OptionError, as where the set has no labels, or the images are of another size than its
 * @example `await lookAlikes(await decodeCodes(model, priorCodes(2)), data.train)`
 */
export async function lookAlikes(
  images: Images,
  set: ImageSet,
  options: z.input<typeof lookSchema> = {},
): Promise<Uint8Array> {
  requireArguments("lookAlikes", { set: [anImageSet, set] });
  const { treatment, k, count } = parseOptions(lookSchema, options, "lookAlikes");
  const labels = labelsOf("lookAlikes", set);
  const known = treat(set, treatment, { count: Math.min(count, set.count) });
  const { indices } = await nearestImages(images, known, { k });
  return Uint8Array.from(
    { length: images.count },
    (_, i) => vote(indices.subarray(i * k, (i + 1) * k), labels),
  );
}
