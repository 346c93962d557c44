/** What terms of a loss share: sums over an image, and the refusal of shapes that differ. */
import type * as tf from "@tensorflow/tfjs";
import { OptionError } from "../options.ts";

/** [batch, …] → [batch], summed over all axes but the first. */
export function sumPerImage(terms: tf.Tensor): tf.Tensor1D {
  return terms.reshape([terms.shape[0], -1]).sum(1);
}

/** @throws OptionError naming both shapes where they differ */
export function requireSameShape(
  where: string,
  name: string,
  got: tf.Tensor,
  like: tf.Tensor,
): void {
  if (got.shape.join() !== like.shape.join()) {
    throw new OptionError(
      `${where}: ${name}: expected shape [${like.shape.join(", ")}], got [${got.shape.join(", ")}]`,
    );
  }
}
