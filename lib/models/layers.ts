/**
 * The layers with weights, as `tf.layers` has them but for the default of their initial weights: Glorot &
 * Bengio's uniform ones, as in Keras (tfjs draws normal ones where no initializer is named).
 */
import * as tf from "@tensorflow/tfjs";

type Options<Make extends (options: never) => unknown> = Parameters<Make>[0];

/** y = activation(x·W + b) over the last axis: [batch, …, n] → [batch, …, units]. */
export const dense = (options: Options<typeof tf.layers.dense>) =>
  tf.layers.dense({ kernelInitializer: "glorotUniform", ...options });

/** Convolution: [batch, height, width, channels] → [batch, height', width', filters]. */
export const conv2d = (options: Options<typeof tf.layers.conv2d>) =>
  tf.layers.conv2d({ kernelInitializer: "glorotUniform", ...options });

/** Transposed convolution, which makes images larger by its stride: each pixel stamps the kernel. */
export const conv2dTranspose = (options: Options<typeof tf.layers.conv2dTranspose>) =>
  tf.layers.conv2dTranspose({ kernelInitializer: "glorotUniform", ...options });

export const { flatten, reshape, upSampling2d, concatenate, add } = tf.layers;
