/** Which tfjs layers train here, and why others do not. */
import * as tf from "@tensorflow/tfjs";
import { aNetwork, requireArguments } from "../../kinds.ts";
import { OptionError } from "../../options.ts";
import { layerGraph } from "./layer_graph.ts";
import { layerPlan, outputShape } from "./layer_plan.ts";

/** What can be used, as the reader writes it. `layer_graph_test.ts` trains each on every engine. */
const makers = {
  InputLayer: () => tf.layers.inputLayer({ inputShape: [1] }),
  Dense: () => tf.layers.dense({ units: 1 }),
  Conv2D: () => tf.layers.conv2d({ filters: 1, kernelSize: 1 }),
  Conv2DTranspose: () => tf.layers.conv2dTranspose({ filters: 1, kernelSize: 1 }),
  UpSampling2D: () => tf.layers.upSampling2d({}),
  MaxPooling2D: () => tf.layers.maxPooling2d({}),
  AveragePooling2D: () => tf.layers.averagePooling2d({}),
  GlobalAveragePooling2D: () => tf.layers.globalAveragePooling2d({}),
  ZeroPadding2D: () => tf.layers.zeroPadding2d(),
  Cropping2D: () => tf.layers.cropping2D({ cropping: 0 }),
  Flatten: () => tf.layers.flatten(),
  Reshape: () => tf.layers.reshape({ targetShape: [1] }),
  Permute: () => tf.layers.permute({ dims: [1] }),
  RepeatVector: () => tf.layers.repeatVector({ n: 1 }),
  Activation: () => tf.layers.activation({ activation: "relu" }),
  ReLU: () => tf.layers.reLU(),
  LeakyReLU: () => tf.layers.leakyReLU(),
  PReLU: () => tf.layers.prelu(),
  ELU: () => tf.layers.elu(),
  Concatenate: () => tf.layers.concatenate(),
  Add: () => tf.layers.add(),
  Average: () => tf.layers.average(),
  Multiply: () => tf.layers.multiply(),
  Maximum: () => tf.layers.maximum(),
  Minimum: () => tf.layers.minimum(),
};
const usable = "dense, conv2d, conv2dTranspose, upSampling2d, maxPooling2d, averagePooling2d, " +
  "globalAveragePooling2d, zeroPadding2d, cropping2D, flatten, reshape, permute, repeatVector, " +
  "activation, reLU, leakyReLU, prelu, elu, concatenate, add, average, multiply, maximum, minimum, " +
  "and models of these";

/** Made once: tfjs exports no class, only functions that make a layer. */
let classes: Map<string, unknown> | null = null;
function classOf(name: string): unknown {
  classes ??= new Map(
    Object.entries(makers).map(([name, make]) => [name, make().constructor]),
  );
  return classes.get(name);
}

const ownNoise =
  "it draws noise of its own, other at each run and in each worker, while here every " +
  "image's noise comes from the seed";
const noKernel = "its gradient has no kernel on the CPU engines";
const why: Record<string, string> = {
  BatchNormalization:
    "an image's loss would depend on its neighbours in the batch, and each worker " +
    "would see other statistics",
  Dropout: ownNoise,
  SpatialDropout1D: ownNoise,
  GaussianNoise: ownNoise,
  GaussianDropout: ownNoise,
  AlphaDropout: ownNoise,
  DepthwiseConv2D: noKernel,
  SeparableConv2D: noKernel,
  LayerNormalization:
    "its gradient in tfjs moves every number through a scalar loop: one step of a small network took " +
    "25 to 50 s",
  Conv1D: "it is for sequences",
  GlobalMaxPooling2D:
    "where several pixels are the largest tfjs gives the gradient to each of them; " +
    "maxPooling2d over the whole image does not",
};

// deno-fmt-ignore
const activations = [
  "linear", "relu", "relu6", "elu", "selu", "gelu", "gelu_new", "tanh", "sigmoid",
  "hardSigmoid", "softplus", "softsign", "softmax", "logSoftmax", "swish", "mish",
];

/** Why the layer cannot be trained, or null. */
function objection(layer: tf.layers.Layer): string | null {
  const name = layer.getClassName();
  const known = classOf(name);
  if (!known) {
    const recurrent = /RNN|LSTM|GRU|Bidirectional|TimeDistributed|Embedding|Masking/.test(name);
    const builtIn = name in why || tf.serialization.SerializationMap.getMap().classNameMap[name];
    return why[name] ??
      (recurrent
        ? "layers for sequences are not trained here"
        : builtIn
        ? "it has no test here on every engine"
        : "it is a class of your own, which a worker cannot build again from the network's topology");
  }
  if (layer.constructor !== known) {
    return "it is a class of your own, which a worker cannot build again from the network's topology";
  }
  const config = layer.getConfig();
  if (config.dataFormat === "channelsFirst") {
    return 'its dataFormat is "channelsFirst", expected "channelsLast": [height, width, channels]';
  }
  if ([config.dilationRate ?? 1].flat().some((rate) => rate !== 1)) {
    return `its dilationRate is ${JSON.stringify(config.dilationRate)}, which has no gradient in ` +
      `tfjs, expected 1`;
  }
  if (name === "UpSampling2D" && config.interpolation !== "nearest") {
    return `its interpolation is ${
      JSON.stringify(config.interpolation)
    }, whose gradient is wrong in ` +
      `tfjs for images that are not square, expected "nearest"`;
  }
  if (config.activation && !activations.includes(config.activation as string)) {
    return `its activation is ${JSON.stringify(config.activation)}, expected ${
      activations.join(", ")
    }`;
  }
  const extra = Object.keys(config).find((key) =>
    /(Regularizer|Constraint)$/.test(key) && config[key]
  );
  return extra ? `its ${extra} would not be heeded: the loss here is the objective alone` : null;
}

const title = (layer: tf.layers.Layer) => `${layer.name} (${layer.getClassName()})`;

/**
 * Nothing where every engine trains the network and all workers compute the same.
 *
 * @param where what the network is given to, named in the message: "createVae: encoder"
 * @throws OptionError naming the layer, its class, why it cannot be trained and which can; where a
 *   layer's output is empty, with the smallest image for which it is not
 */
export function checkTrainable(network: tf.LayersModel, where: string): void {
  if (!network.outputs?.length || !network.inputs?.length) {
    throw new OptionError(
      `${where}: expected a network whose shapes are known; give its first layer an inputShape`,
    );
  }
  if (network.inputs.length > 2) {
    throw new OptionError(
      `${where}: expected a network with one input or two, got ${network.inputs.length}: ${
        network.inputs.map(({ sourceLayer }) => sourceLayer.name).join(", ")
      }`,
    );
  }
  const [shape, ...others] = network.inputs.map(({ shape: [, ...shape] }) => {
    if (!shape.some((size) => size === null)) return shape as number[];
    throw new OptionError(
      `${where}: expected an input of known shape, got [${shape.map((size) => size ?? "any")}]`,
    );
  });
  checkLayers(network, where);
  const failed = emptyLayer(network, [shape, ...others]);
  if (!failed) return;
  const larger = leastInput(network, shape, others);
  throw new OptionError(
    `${where}: ${title(failed)} gives an empty output for an input of [${shape.join(", ")}]${
      larger ? `; expected at least [${larger.join(", ")}]` : ""
    }, or smaller kernels and strides, or padding "same"`,
  );
}

function checkLayers(network: tf.LayersModel, where: string): void {
  for (const { layer } of layerGraph(network).steps) {
    if (layer instanceof tf.LayersModel) {
      checkLayers(layer, where);
      continue;
    }
    const reason = objection(layer);
    if (reason) {
      throw new OptionError(
        `${where}: ${title(layer)} cannot be trained: ${reason}; layers that can: ${usable}`,
      );
    }
  }
}

/** The first layer whose output is empty for one image of these shapes, or null. */
function emptyLayer(network: tf.LayersModel, inputs: number[][]): tf.layers.Layer | null {
  return follow(network, inputs.map((shape) => [1, ...shape])).failed;
}

function follow(
  network: tf.LayersModel,
  inputs: number[][],
): { failed: tf.layers.Layer | null; outputs: number[][] } {
  const graph = layerGraph(network);
  const shapes = new Map(graph.inputs.map((id, i) => [id, inputs[i]]));
  for (const { layer, inputs, outputs } of graph.steps) {
    const from = inputs.map((id) => shapes.get(id)!);
    if (layer instanceof tf.LayersModel) {
      const inner = follow(layer, from);
      if (inner.failed) return inner;
      outputs.forEach((id, i) => shapes.set(id, inner.outputs[i]));
      continue;
    }
    try {
      const shape = outputShape(layer, from.map((shape) => ({ shape })));
      shapes.set(outputs[0], shape);
    } catch {
      return { failed: layer, outputs: [] };
    }
  }
  return { failed: null, outputs: graph.outputs.map((id) => shapes.get(id)!) };
}

/** The smallest image, no side shorter than here, for which no output is empty; null where none is found. */
function leastInput(
  network: tf.LayersModel,
  [height, width, ...rest]: number[],
  others: number[][],
): number[] | null {
  if (rest.length !== 1) return null;
  for (let more = 1; more <= 64; more++) {
    const image = [height + more, width + more, ...rest];
    if (emptyLayer(network, [image, ...others])) continue;
    for (const side of [0, 1]) {
      while (image[side] > [height, width][side]) {
        const smaller = image.with(side, image[side] - 1);
        if (emptyLayer(network, [smaller, ...others])) break;
        image[side]--;
      }
    }
    return image;
  }
  return null;
}

/** Layers that cost next to nothing, whoever computes them. */
const free = ["InputLayer", "Activation", "ReLU", "LeakyReLU", "ELU", "Flatten", "Reshape"];

/**
 * The names of the layers for which the CPU engines have no kernel of their own: they train right, in
 * tfjs's time. Activations are not among them.
 */
export function slowLayers(network: tf.LayersModel): string[] {
  requireArguments("slowLayers", { network: [aNetwork, network] });
  const names = layerGraph(network).steps.flatMap(({ layer }) => {
    if (layer instanceof tf.LayersModel) return slowLayers(layer);
    const fused = !["other", "averagePool"].includes(layerPlan(layer).kind);
    return fused || free.includes(layer.getClassName()) ? [] : [layer.name];
  });
  return [...new Set(names)];
}
