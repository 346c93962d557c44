/** Layers in Keras 3's words: each class of tfjs that has one there, and what it is told. */
import type * as tf from "@tensorflow/tfjs";
import { OptionError } from "../../options.ts";

/** An object as Keras 3 serializes it. */
export interface KerasObject {
  module: string;
  class_name: string;
  config: Record<string, unknown>;
  registered_name: string | null;
}

/** Settings of tfjs that have another name in Keras than their own in snake_case. */
const renamed: Record<string, string> = { "LeakyReLU.alpha": "negative_slope" };

const windows = ["strides", "padding"], weights = ["activation", "useBias"];
const convolution = ["filters", "kernelSize", ...windows, ...weights];

/** Which settings say what a layer computes. Initializers do not: weights come along. */
const settings: Record<string, string[]> = {
  Dense: ["units", ...weights],
  Conv2D: convolution,
  Conv2DTranspose: convolution,
  UpSampling2D: ["size", "interpolation"],
  MaxPooling2D: ["poolSize", ...windows],
  AveragePooling2D: ["poolSize", ...windows],
  GlobalAveragePooling2D: [],
  ZeroPadding2D: ["padding"],
  Cropping2D: ["cropping"],
  Flatten: [],
  Reshape: ["targetShape"],
  Permute: ["dims"],
  RepeatVector: ["n"],
  Activation: ["activation"],
  ReLU: ["maxValue"],
  LeakyReLU: ["alpha"],
  PReLU: ["sharedAxes"],
  ELU: ["alpha"],
  Concatenate: ["axis"],
  Add: [],
  Average: [],
  Multiply: [],
  Maximum: [],
  Minimum: [],
};

/**
 * Activations by Keras's names. Not among them are tfjs's hardSigmoid (0.2 x + 0.5), which is x/6 + 0.5 in
 * Keras 3, and gelu_new, which has no name there.
 */
const activations: Record<string, string> = {
  ...Object.fromEntries(
    ["linear", "relu", "relu6", "elu", "selu", "tanh", "sigmoid", "softplus", "softsign"]
      .map((name) => [name, name]),
  ),
  softmax: "softmax",
  logSoftmax: "log_softmax",
  swish: "silu",
  mish: "mish",
  gelu: "gelu",
};

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** @throws OptionError naming the layer and what Keras has not */
export function layerConfig(layer: tf.layers.Layer, where: string): KerasObject {
  const kind = layer.getClassName(), config = layer.getConfig();
  const refuse = (what: string): never => {
    throw new OptionError(
      `${where}: layer "${layer.name}" (${kind}): Keras has no equivalent of ${what}`,
    );
  };
  if (!settings[kind]) refuse("it here");
  if (config.dataFormat === "channelsFirst") refuse('dataFormat "channelsFirst" here');
  if ([config.dilationRate ?? 1].flat().some((rate) => rate !== 1)) refuse("a dilationRate here");
  const told = settings[kind].flatMap((key): [string, unknown][] => {
    const value = config[key];
    if (value === undefined || value === null) return [];
    const name = renamed[`${kind}.${key}`] ?? snake(key);
    if (key !== "activation") return [[name, value]];
    return [[name, activations[value as string] ?? refuse(`activation "${value}"`)]];
  });
  return {
    module: "keras.layers",
    class_name: kind,
    config: { name: layer.name, dtype: "float32", ...Object.fromEntries(told) },
    registered_name: null,
  };
}

/** @param shape with null for the batch */
export const inputConfig = (name: string, shape: readonly (number | null)[]): KerasObject => ({
  module: "keras.layers",
  class_name: "InputLayer",
  config: { name, batch_shape: shape, dtype: "float32" },
  registered_name: null,
});
