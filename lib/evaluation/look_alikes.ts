/** Which digit a picture looks like, by the pictures that it is nearest to. */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { type ImageSet, treatments } from "../data/dataset.ts";
import type { Images } from "../data/images.ts";
import { treat } from "../data/treat.ts";
import { OptionError, parseOptions } from "../options.ts";
import { stoppable } from "../stop.ts";
import { createRanking, vote } from "./nearest_neighbours.ts";

/** Images compared at a time with all of the set: 5 MB of distances for 5,000. */
const blockSize = 250;

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
 * @throws OptionError, as where the images are of another size than the set's
 * @example `await lookAlikes(await decodeCodes(model, priorCodes(2)), data.train)`
 */
export async function lookAlikes(
  images: Images,
  set: ImageSet,
  options: z.input<typeof lookSchema> = {},
): Promise<Uint8Array> {
  const { treatment, k, count } = parseOptions(lookSchema, options, "lookAlikes");
  const known = treat(set, treatment, { count: Math.min(count, set.count) });
  if (images.shape.join() !== known.shape.join()) {
    throw new OptionError(
      `lookAlikes: images: expected ${known.shape.join("×")}, as in ${set.name}, got ${
        images.shape.join("×")
      }`,
    );
  }
  if (k > known.count) {
    throw new OptionError(
      `lookAlikes: k: expected an integer from 1 to ${known.count}, got ${k}`,
    );
  }
  const looks = new Uint8Array(images.count), ranking = createRanking(k);
  // Transposed once: a product with a transposed operand is ten times slower on `wasm`.
  const columns = tf.tidy(() => tf.tensor2d(known.pixels, [known.count, known.size]).transpose());
  using work = stoppable("looking for the nearest images");
  try {
    for (let start = 0; start < images.count; start += blockSize) {
      const block = images.slice(start, Math.min(start + blockSize, images.count));
      const distances = await distancesTo(columns as tf.Tensor2D, block);
      for (let i = 0; i < block.count; i++) {
        ranking.clear();
        for (let j = 0; j < known.count; j++) {
          const distance = distances[i * known.count + j];
          if (distance < ranking.distances[k - 1]) ranking.insert(distance, j);
        }
        looks[start + i] = vote(ranking.neighbours, set.labels);
      }
      await work.turn();
    }
  } finally {
    columns.dispose();
  }
  return looks;
}

/** ‖b‖² − 2 a·b for every image a and column b: squared distances but for ‖a‖², which changes no order. */
async function distancesTo(columns: tf.Tensor2D, images: Images): Promise<Float32Array> {
  const distances = tf.tidy(() => {
    const rows = tf.tensor2d(images.pixels.slice(), [images.count, images.size]);
    return columns.square().sum(0, true).sub(tf.matMul(rows, columns).mul(2));
  });
  const values = await distances.data<"float32">();
  distances.dispose();
  return values;
}
