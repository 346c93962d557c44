/** What every likelihood p(x|z) of pixels answers: each stands in a file of its own beside this one. */
import type * as tf from "@tensorflow/tfjs";
import type { Treatment } from "../data/batches.ts";

/** How pixels given their code are judged, and which picture is shown for a code. */
export interface Likelihood {
  /** Numbers that the decoder gives for each pixel and channel. */
  numbersPerValue: number;
  /** Treatments of pixels that it has a meaning for; the first where nobody says otherwise. */
  treatments: readonly [Treatment, ...Treatment[]];
  /** What it learns beside the networks; null for most. */
  scale: LearnedScale | null;
  /**
   * −log p(x|z), summed over an image's pixels and channels.
   *
   * @param outputs the decoder's, [batch, height, width, channels · numbersPerValue]
   * @param x treated pixels in [0, 1], [batch, height, width, channels]; gets no gradient
   * @param logScale the logarithm of the learned scale, [1] or [channels], where there is one
   * @returns [batch], in nats
   * @throws OptionError where the shapes differ
   */
  nll(outputs: tf.Tensor, x: tf.Tensor, logScale?: tf.Tensor1D | null): tf.Tensor1D;
  /**
   * A(l), the log-partition of an exponential family p(x) = exp(l·x − A(l)), number by number; null for others. With
   * it all pairs of codes and images take one product of matrices.
   */
  logPartition: ((outputs: tf.Tensor) => tf.Tensor) | null;
  /** E[x|z], the picture that is shown: values in [0, 1], of the shape of x. Disposed by the caller. */
  mean(outputs: tf.Tensor): tf.Tensor;
  /** What `mean` does to each of the decoder's numbers, by name: for programs that have no tensors. */
  meanActivation: MeanActivation;
}

export type MeanActivation = "sigmoid" | "continuousBernoulliMean";

/** A positive quantity that is learned with the weights: its logarithm is the parameter. */
export interface LearnedScale {
  /** As it is shown: `σ`. */
  name: string;
  /** Its logarithm before training. */
  initialLog: number;
  /** One for all values, or one for each channel. */
  perChannel: boolean;
}
