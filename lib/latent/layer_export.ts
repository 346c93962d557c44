/** A trained network as plain arrays, layer by layer: what another program needs to run it. */
import { aNetwork, requireArguments } from "../kinds.ts";
import type * as tf from "@tensorflow/tfjs";
import type { MeanActivation } from "../likelihoods/likelihood.ts";

/** Numbers of one weight, row-major. */
export interface Weights {
  shape: number[];
  data: Float32Array;
}

/** What a layer applies to its result, and what makes pixels of the last one's. */
export type Activation =
  | "linear"
  | "relu"
  | "sigmoid"
  | "tanh"
  | "elu"
  | "softplus"
  | MeanActivation;

interface Layer {
  name: string;
  activation: Activation;
  /** Without the batch: [height, width, channels] or [units]. */
  outputShape: number[];
}

/** A convolution, kernel [h, w, in, out], or a transposed one, kernel [h, w, out, in]. */
export interface ConvolutionSpec extends Layer {
  kind: "conv2d" | "conv2dTranspose";
  kernel: Weights;
  bias: Weights | null;
  strides: [number, number];
  padding: "same" | "valid";
}

/** y = x · kernel + bias, kernel [in, out]. */
export interface DenseSpec extends Layer {
  kind: "dense";
  kernel: Weights;
  bias: Weights | null;
}

/** Each pixel repeated size[0] times downwards and size[1] times to the right. */
export interface UpSamplingSpec extends Layer {
  kind: "upSampling2d";
  size: [number, number];
}

/** A layer without weights that leaves the numbers in their order. */
export interface PlainSpec extends Layer {
  kind: "flatten" | "reshape" | "activation";
}

/** One layer; a network is a list of them, in the order of execution. */
export type LayerSpec = ConvolutionSpec | DenseSpec | UpSamplingSpec | PlainSpec;

const activations: readonly string[] = ["linear", "relu", "sigmoid", "tanh", "elu", "softplus"];
/** Layers that do nothing once a network is trained. */
const training = ["Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout"];

/**
 * Reads a network of one input and one output as a list of layers in the order of execution. Two dense
 * heads side by side under a `concatenate` become one dense layer, which is the same function.
 *
 * Asynchronous, because WebGPU has no other reads. The model stays as it is.
 *
 * @throws TypeError naming the layer that has no plain form
 */
export async function exportLayers(model: tf.LayersModel): Promise<LayerSpec[]> {
  requireArguments("exportLayers", { model: [aNetwork, model] });
  const specs: LayerSpec[] = [];
  let tip = model.inputs[0];
  while (tip !== model.outputs[0]) {
    const next = model.layers.filter((layer) =>
      layer.getClassName() !== "InputLayer" && [layer.input].flat().includes(tip)
    );
    const join = next.length > 1 ? joinOf(model, next) : undefined;
    if (join) {
      specs.push(await exportHeads(join));
      tip = join.output as tf.SymbolicTensor;
    } else if (next.length === 1) {
      if (!training.includes(next[0].getClassName())) specs.push(await exportLayer(next[0]));
      tip = next[0].output as tf.SymbolicTensor;
    } else {
      throw new TypeError(
        `exportLayers: expected one layer after "${tip.name}", or dense heads that a concatenate ` +
          `joins, got ${next.length} in model "${model.name}"`,
      );
    }
  }
  return specs;
}

/** The `concatenate` whose inputs are just these layers' outputs. */
function joinOf(model: tf.LayersModel, heads: tf.layers.Layer[]): tf.layers.Layer | undefined {
  const outputs = heads.map((head) => head.output as tf.SymbolicTensor);
  return model.layers.find((layer) =>
    layer.getClassName() === "Concatenate" && Array.isArray(layer.input) &&
    layer.input.length === outputs.length &&
    layer.input.every((input) => outputs.includes(input))
  );
}

/** Dense heads as one dense layer: kernels side by side, biases one after the other. */
async function exportHeads(join: tf.layers.Layer): Promise<DenseSpec> {
  const sources = (join.input as tf.SymbolicTensor[]).map((input) => input.sourceLayer);
  const heads = await Promise.all(sources.map(exportLayer));
  const units = heads.reduce((sum, head) => sum + head.outputShape[0], 0);
  const inputs = heads[0].kind === "dense" ? heads[0].kernel.shape[0] : 0;
  const kernel = new Float32Array(inputs * units);
  const bias = new Float32Array(units);
  let column = 0;
  for (const head of heads) {
    if (head.kind !== "dense" || head.activation !== "linear") {
      throw new TypeError(
        `exportLayers: layer "${head.name}": expected a linear dense head, got ${head.kind} ` +
          `with activation ${head.activation}`,
      );
    }
    const width = head.outputShape[0];
    for (let row = 0; row < inputs; row++) {
      const numbers = head.kernel.data.subarray(row * width, (row + 1) * width);
      kernel.set(numbers, row * units + column);
    }
    if (head.bias) bias.set(head.bias.data, column);
    column += width;
  }
  return {
    kind: "dense",
    name: join.name,
    activation: "linear",
    outputShape: [units],
    kernel: { shape: [inputs, units], data: kernel },
    bias: { shape: [units], data: bias },
  };
}

async function exportLayer(layer: tf.layers.Layer): Promise<LayerSpec> {
  const config = layer.getConfig();
  const refuse = (wanted: string, got: unknown): never => {
    throw new TypeError(
      `exportLayers: layer "${layer.name}": expected ${wanted}, got ${JSON.stringify(got)}`,
    );
  };
  const activation = layer.getClassName() === "ReLU" ? "relu" : config.activation ?? "linear";
  if (!activations.includes(activation as string)) refuse(activations.join(" or "), activation);
  if (config.dataFormat === "channelsFirst") refuse("channelsLast", config.dataFormat);
  const shared = {
    name: layer.name,
    activation: activation as Activation,
    outputShape: (layer.outputShape as (number | null)[]).slice(1).map(Number),
  };
  const [kernel, bias = null] = await Promise.all(layer.getWeights().map(read));
  switch (layer.getClassName()) {
    case "Conv2D":
    case "Conv2DTranspose": {
      if ([config.dilationRate ?? 1].flat().some((rate) => rate !== 1)) {
        refuse("dilationRate 1", config.dilationRate);
      }
      const kind = layer.getClassName() === "Conv2D" ? "conv2d" : "conv2dTranspose";
      const strides = config.strides as [number, number];
      return { ...shared, kind, kernel, bias, strides, padding: config.padding as "same" };
    }
    case "Dense":
      return { ...shared, kind: "dense", kernel, bias };
    case "UpSampling2D":
      if ((config.interpolation ?? "nearest") !== "nearest") {
        refuse("nearest", config.interpolation);
      }
      return { ...shared, kind: "upSampling2d", size: config.size as [number, number] };
    case "Flatten":
      return { ...shared, kind: "flatten" };
    case "Reshape":
      return { ...shared, kind: "reshape" };
    case "Activation":
    case "ReLU":
      return { ...shared, kind: "activation" };
  }
  return refuse(
    "a convolution, dense, upsampling, flatten, reshape or activation layer",
    layer.getClassName(),
  );
}

async function read(tensor: tf.Tensor): Promise<Weights> {
  return { shape: [...tensor.shape], data: (await tensor.data<"float32">()).slice() };
}
