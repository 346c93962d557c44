/**
 * The layers of the tutorials, as `tf.layers` has them but for two things: a name that is no option is refused
 * (tfjs passes over it), and initial weights are by default Glorot & Bengio's uniform ones, as in Keras (tfjs
 * draws normal ones where no initializer is named).
 */
import * as tf from "@tensorflow/tfjs";
import { requireKnown } from "../options.ts";

type Args<Make extends (args: never) => unknown> = NonNullable<Parameters<Make>[0]>;
/** The compiler finds a name that is missing or too many. */
type Names<Make extends (args: never) => unknown> = Record<keyof Args<Make>, true>;

const anyLayer = {
  inputShape: true,
  batchInputShape: true,
  batchSize: true,
  dtype: true,
  name: true,
  trainable: true,
  weights: true,
  inputDType: true,
} as const;
const withWeights = {
  ...anyLayer,
  activation: true,
  useBias: true,
  kernelInitializer: true,
  biasInitializer: true,
  kernelConstraint: true,
  biasConstraint: true,
  kernelRegularizer: true,
  biasRegularizer: true,
  activityRegularizer: true,
} as const;
const convolution = {
  ...withWeights,
  filters: true,
  kernelSize: true,
  strides: true,
  padding: true,
  dataFormat: true,
  dilationRate: true,
} as const;

/** What may be written in each layer's braces. */
const known: {
  dense: Names<typeof tf.layers.dense>;
  conv2d: Names<typeof tf.layers.conv2d>;
  conv2dTranspose: Names<typeof tf.layers.conv2dTranspose>;
  flatten: Names<typeof tf.layers.flatten>;
  reshape: Names<typeof tf.layers.reshape>;
  upSampling2d: Names<typeof tf.layers.upSampling2d>;
  concatenate: Names<typeof tf.layers.concatenate>;
  add: Names<typeof tf.layers.add>;
} = {
  dense: { ...withWeights, units: true, inputDim: true },
  conv2d: convolution,
  conv2dTranspose: convolution,
  flatten: { ...anyLayer, dataFormat: true },
  reshape: { ...anyLayer, targetShape: true },
  upSampling2d: { ...anyLayer, size: true, dataFormat: true, interpolation: true },
  concatenate: { ...anyLayer, axis: true },
  add: anyLayer,
};

function strict<A extends object>(layer: keyof typeof known, args: A): A {
  requireKnown(args, Object.keys(known[layer]), layer);
  return args;
}

const glorot = { kernelInitializer: "glorotUniform" } as const;

/** y = activation(x·W + b) over the last axis: [batch, …, n] → [batch, …, units]. */
export const dense = (args: Args<typeof tf.layers.dense>) =>
  tf.layers.dense({ ...glorot, ...strict("dense", args) });

/** Convolution: [batch, height, width, channels] → [batch, height', width', filters]. */
export const conv2d = (args: Args<typeof tf.layers.conv2d>) =>
  tf.layers.conv2d({ ...glorot, ...strict("conv2d", args) });

/** Transposed convolution, which makes images larger by its stride: each pixel stamps the kernel. */
export const conv2dTranspose = (args: Args<typeof tf.layers.conv2dTranspose>) =>
  tf.layers.conv2dTranspose({ ...glorot, ...strict("conv2dTranspose", args) });

/** [batch, …] → [batch, product of the rest]. */
export const flatten = (args: Args<typeof tf.layers.flatten> = {}) =>
  tf.layers.flatten(strict("flatten", args));

/** [batch, …] → [batch, …targetShape]. */
export const reshape = (args: Args<typeof tf.layers.reshape>) =>
  tf.layers.reshape(strict("reshape", args));

/** Repeats (or interpolates) rows and columns: [batch, h, w, c] → [batch, h·size, w·size, c]. */
export const upSampling2d = (args: Args<typeof tf.layers.upSampling2d> = {}) =>
  tf.layers.upSampling2d(strict("upSampling2d", args));

/** Several tensors side by side, along the last axis by default. */
export const concatenate = (args: Args<typeof tf.layers.concatenate> = {}) =>
  tf.layers.concatenate(strict("concatenate", args));

/** The sum of several tensors of one shape: a skip. */
export const add = (args: Args<typeof tf.layers.add> = {}) => tf.layers.add(strict("add", args));
