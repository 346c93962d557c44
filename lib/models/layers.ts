/**
 * The layers of the tutorials, as `tf.layers` has them but for two things: a name that is no option is refused
 * (tfjs passes over it), and initial weights are by default Glorot & Bengio's uniform ones, as in Keras (tfjs
 * draws normal ones where no initializer is named).
 */
import * as tf from "@tensorflow/tfjs";
import {
  aPositiveCount,
  type Kind,
  numbers,
  oneOrSeveral,
  requireArguments,
  someOptions,
} from "../kinds.ts";
import { OptionError, requireKnown } from "../options.ts";

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

/** What a layer cannot be made without. */
const needed: Partial<Record<keyof typeof known, Record<string, Kind>>> = {
  dense: { units: aPositiveCount },
  conv2d: { filters: aPositiveCount, kernelSize: oneOrSeveral },
  conv2dTranspose: { filters: aPositiveCount, kernelSize: oneOrSeveral },
  reshape: { targetShape: numbers },
};

/** Makes a layer; what cannot be used is refused in the layer's name. */
function make<A extends object, L>(layer: keyof typeof known, maker: (args: A) => L, args: A): L {
  requireArguments(layer, { options: [someOptions, args] });
  requireKnown(args, Object.keys(known[layer]), layer);
  for (const [name, kind] of Object.entries(needed[layer] ?? {})) {
    requireArguments(layer, { [name]: [kind, (args as Record<string, unknown>)[name]] });
  }
  try {
    return maker(args);
  } catch (error) {
    throw new OptionError(`${layer}: ${(error as Error).message.replaceAll(/\s+/g, " ")}`);
  }
}

const glorot = { kernelInitializer: "glorotUniform" } as const;

/** y = activation(x·W + b) over the last axis: [batch, …, n] → [batch, …, units]. */
export const dense = (args: Args<typeof tf.layers.dense>) =>
  make("dense", (args) => tf.layers.dense({ ...glorot, ...args }), args);

/** Convolution: [batch, height, width, channels] → [batch, height', width', filters]. */
export const conv2d = (args: Args<typeof tf.layers.conv2d>) =>
  make("conv2d", (args) => tf.layers.conv2d({ ...glorot, ...args }), args);

/** Transposed convolution, which makes images larger by its stride: each pixel stamps the kernel. */
export const conv2dTranspose = (args: Args<typeof tf.layers.conv2dTranspose>) =>
  make("conv2dTranspose", (args) => tf.layers.conv2dTranspose({ ...glorot, ...args }), args);

/** [batch, …] → [batch, product of the rest]. */
export const flatten = (args: Args<typeof tf.layers.flatten> = {}) =>
  make("flatten", tf.layers.flatten, args);

/** [batch, …] → [batch, …targetShape]. */
export const reshape = (args: Args<typeof tf.layers.reshape>) =>
  make("reshape", tf.layers.reshape, args);

/** Repeats (or interpolates) rows and columns: [batch, h, w, c] → [batch, h·size, w·size, c]. */
export const upSampling2d = (args: Args<typeof tf.layers.upSampling2d> = {}) =>
  make("upSampling2d", tf.layers.upSampling2d, args);

/** Several tensors side by side, along the last axis by default. */
export const concatenate = (args: Args<typeof tf.layers.concatenate> = {}) =>
  make("concatenate", tf.layers.concatenate, args);

/** The sum of several tensors of one shape: a skip. */
export const add = (args: Args<typeof tf.layers.add> = {}) => make("add", tf.layers.add, args);
