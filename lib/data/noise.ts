/** Images made worse on purpose: what a denoising autoencoder reads. */
import { aDraw, aNumber, numbers, requireArguments } from "../kinds.ts";
import { RandomStream } from "../random.ts";
import type { Draw } from "./batches.ts";

/**
 * Pixels plus Gaussian noise, cut off at 0 and 1. Each image's noise is its own, anew every epoch, and
 * does not depend on the batch it stands in.
 *
 * @param pixels [indices.length, …], flat; stays as it is
 * @param indices the images' numbers in their set
 * @param deviation of the noise, in the unit of the pixels
 * @returns as long as `pixels`
 */
export function addNoise(
  pixels: Float32Array,
  indices: Uint32Array,
  deviation: number,
  draw: Draw,
): Float32Array {
  requireArguments("addNoise", {
    pixels: [numbers, pixels],
    indices: [numbers, indices],
    deviation: [aNumber, deviation],
    draw: [aDraw, draw],
  });
  const { seed, epoch } = draw;
  const size = pixels.length / indices.length;
  const noisy = new Float32Array(pixels.length);
  for (let i = 0; i < indices.length; i++) {
    const stream = new RandomStream(seed, "input noise", epoch, indices[i]);
    for (let j = i * size; j < (i + 1) * size; j++) {
      noisy[j] = Math.min(1, Math.max(0, pixels[j] + deviation * stream.normal()));
    }
  }
  return noisy;
}
