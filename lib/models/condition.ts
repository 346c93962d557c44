/** What a conditional model is told beside an image or a code: its class, one-hot. */
import * as tf from "@tensorflow/tfjs";
import { OptionError } from "../options.ts";
import type { ModelConfig } from "./model_config.ts";

/** Whose classes are asked for: an image set, or codes. */
interface Labels {
  labels: Uint8Array | null;
}

/**
 * Nothing where the model is not conditional, or every label is one of its classes.
 *
 * @param where begins the message, as in `train: train images`
 * @throws OptionError where labels are missing, or one has no class
 */
export function requireLabels(
  where: string,
  { classes }: Pick<ModelConfig, "classes">,
  { labels }: Labels,
): void {
  if (!classes) return;
  if (!labels) {
    throw new OptionError(
      `${where}: expected labels, as the model is conditional on one of ${classes} classes, got none`,
    );
  }
  const strange = labels.find((label) => label >= classes);
  if (strange !== undefined) {
    throw new OptionError(`${where}: expected labels below ${classes}, got ${strange}`);
  }
}

/**
 * y [rows, classes], one-hot, of the rows' labels; null where the model is not conditional. Disposed by the caller.
 *
 * @param rows which labels, by their places
 * @throws OptionError as `requireLabels`
 */
export function conditionOf(
  where: string,
  { classes }: Pick<ModelConfig, "classes">,
  { labels }: Labels,
  rows: ArrayLike<number>,
): tf.Tensor2D | null {
  if (!classes) return null;
  const own = labels && Uint8Array.from(rows, (row) => labels[row]);
  requireLabels(where, { classes }, { labels: own });
  const y = new Float32Array(rows.length * classes);
  own!.forEach((label, row) => y[row * classes + label] = 1);
  return tf.tensor2d(y, [rows.length, classes]);
}
