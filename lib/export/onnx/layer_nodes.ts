/** Each layer's ONNX nodes. Padding is written out in numbers: TensorFlow's "same" is lopsided. */
import type * as tf from "@tensorflow/tfjs";
import { type NamedWeight, permuted } from "../weights.ts";
import { activate, clip } from "./activations.ts";
import type { OnnxGraph, Value } from "./graph.ts";

/** What a layer is turned into nodes from. */
export interface LayerCall {
  graph: OnnxGraph;
  config: tf.serialization.ConfigDict;
  /** As the layer holds them: kernel, then bias. */
  weights: NamedWeight[];
  inputs: Value[];
  /** The output's, for one image. */
  shape: number[];
  /** Raises an error with the layer's name, saying what it has no equivalent of. */
  refuse: (what: string) => never;
}

type ToNodes = (call: LayerCall) => Omit<Value, "shape">;

/** Rows and columns. */
type Pair = [number, number];

const toChannelsFirst = [3, 2, 0, 1];

/** The layer's activation, and where that ends the layer its value. */
function activated(call: LayerCall, name: string, form: "first" | "last"): Omit<Value, "shape"> {
  const activation = (call.config.activation ?? "linear") as string;
  const channels = form === "first" ? 1 : -1;
  const result = activate(call.graph, activation, name, channels) ??
    call.refuse(`activation ${JSON.stringify(activation)}`);
  return { [form]: result };
}

/**
 * How many pixels of zeros TensorFlow puts before and after, so that windows cover the image: with
 * "same" the odd one comes after (https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2).
 */
function padding(from: number, to: number, window: number, stride: number, kind: unknown): Pair {
  if (kind !== "same") return [0, 0];
  const total = Math.max((to - 1) * stride + window - from, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** [top, left, bottom, right], ONNX's order, for windows that slide over an image. */
function pads(image: number[], windows: number[], size: Pair, strides: Pair, kind: unknown) {
  const [rows, columns] = [0, 1].map((i) =>
    padding(image[i + 1], windows[i + 1], size[i], strides[i], kind)
  );
  return [rows[0], columns[0], rows[1], columns[1]];
}

const convolution: ToNodes = (call) => {
  const { graph, config, weights: [kernel, ...bias], inputs: [x], shape } = call;
  const size = config.kernelSize as Pair, strides = config.strides as Pair;
  const y = graph.node(
    "Conv",
    [
      graph.first(x),
      graph.weight({ name: kernel.name, ...permuted(kernel, toChannelsFirst) }),
      ...bias.map((weight) => graph.weight(weight)),
    ],
    { kernel_shape: size, strides, pads: pads(x.shape, shape, size, strides, config.padding) },
  );
  return activated(call, y, "first");
};

/** The adjoint of the convolution from the large image to the small one: that one's padding is cut off. */
const transposedConvolution: ToNodes = (call) => {
  const { graph, config, weights: [kernel, ...bias], inputs: [x], shape } = call;
  const size = config.kernelSize as Pair, strides = config.strides as Pair;
  const cut = pads(shape, x.shape, size, strides, config.padding);
  // Where the stride is larger than the kernel, the last rows and columns are under no window.
  const bare = [0, 1].map((i) =>
    shape[i + 1] - ((x.shape[i + 1] - 1) * strides[i] + size[i] - cut[i] - cut[i + 2])
  );
  const y = graph.node(
    "ConvTranspose",
    [
      graph.first(x),
      graph.weight({ name: kernel.name, ...permuted(kernel, toChannelsFirst) }),
      ...bias.map((weight) => graph.weight(weight)),
    ],
    { kernel_shape: size, strides, pads: cut, output_padding: bare },
  );
  return activated(call, y, "first");
};

const dense: ToNodes = (call) => {
  const { graph, weights: [kernel, bias], inputs: [x] } = call;
  let y = graph.node("MatMul", [graph.last(x), graph.weight(kernel)]);
  if (bias) y = graph.node("Add", [y, graph.weight(bias)]);
  return activated(call, y, "last");
};

const pooling = (op: string): ToNodes => ({ graph, config, inputs: [x], shape }) => {
  const size = config.poolSize as Pair, strides = config.strides as Pair;
  const attributes = {
    kernel_shape: size,
    strides,
    pads: pads(x.shape, shape, size, strides, config.padding),
  };
  return { first: graph.node(op, [graph.first(x)], attributes) };
};

const reshaped: ToNodes = ({ graph, inputs: [x], shape }) => ({
  last: graph.node("Reshape", [graph.last(x), graph.constant([-1, ...shape.slice(1)])]),
});

/** A function of each number by itself, in whichever form the value has. */
const pointwise =
  (apply: (call: LayerCall, x: string, channels: number) => string): ToNodes => (call) => {
    const [x] = call.inputs;
    return x.first
      ? { first: apply(call, x.first, 1) }
      : { last: apply(call, call.graph.last(x), -1) };
  };

/** Of several values of one shape. */
const merged = (op: string): ToNodes => ({ graph, inputs, refuse }) => {
  const ranks = new Set(inputs.map(({ shape }) => shape.length));
  if (ranks.size > 1) refuse("inputs with different numbers of axes");
  return { last: graph.node(op, inputs.map((x) => graph.last(x))) };
};

/** What tfjs calls each layer. */
export const layerNodes: Record<string, ToNodes> = {
  Conv2D: convolution,
  Conv2DTranspose: transposedConvolution,
  Dense: dense,
  MaxPooling2D: pooling("MaxPool"),
  // Zeros of the padding are not counted: ONNX's default, and TensorFlow's way.
  AveragePooling2D: pooling("AveragePool"),
  GlobalAveragePooling2D: ({ graph, inputs: [x] }) => ({
    last: graph.node("ReduceMean", [graph.last(x)], { axes: [1, 2], keepdims: 0 }),
  }),
  UpSampling2D: ({ graph, config, inputs: [x], refuse }) => {
    if (config.interpolation !== "nearest") refuse(`interpolation "${config.interpolation}"`);
    const times = graph.constant(Float32Array.of(1, 1, ...config.size as Pair));
    const repeat = {
      mode: "nearest",
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: "floor",
    };
    return { first: graph.node("Resize", [graph.first(x), "", times], repeat) };
  },
  ZeroPadding2D: ({ graph, config, inputs: [x] }) => {
    const [[top, bottom], [left, right]] = config.padding as [Pair, Pair];
    const sides = graph.constant([0, top, left, 0, 0, bottom, right, 0]);
    return { last: graph.node("Pad", [graph.last(x), sides]) };
  },
  Cropping2D: ({ graph, config, inputs: [x] }) => {
    const [[top, bottom], [left, right]] = config.cropping as [Pair, Pair];
    const ends = [x.shape[1] - bottom, x.shape[2] - right];
    const places = [[top, left], ends, [1, 2]].map((numbers) => graph.constant(numbers));
    return { last: graph.node("Slice", [graph.last(x), ...places]) };
  },
  Flatten: reshaped,
  Reshape: reshaped,
  Permute: ({ graph, config, inputs: [x] }) => ({
    last: graph.node("Transpose", [graph.last(x)], { perm: [0, ...config.dims as number[]] }),
  }),
  RepeatVector: ({ graph, config, inputs: [x] }) => {
    const row = graph.node("Unsqueeze", [graph.last(x), graph.constant([1])]);
    const times = graph.constant([1, config.n as number, 1]);
    return { last: graph.node("Tile", [row, times]) };
  },
  Activation: pointwise((call, x, channels) => {
    const name = call.config.activation as string;
    return activate(call.graph, name, x, channels) ?? call.refuse(`activation "${name}"`);
  }),
  ReLU: pointwise(({ graph, config }, x) =>
    typeof config.maxValue === "number" ? clip(graph, x, config.maxValue) : graph.node("Relu", [x])
  ),
  LeakyReLU: pointwise(({ graph, config }, x) =>
    graph.node("LeakyRelu", [x], { alpha: config.alpha as number })
  ),
  ELU: pointwise(({ graph, config }, x) =>
    graph.node("Elu", [x], { alpha: config.alpha as number })
  ),
  PReLU: ({ graph, weights: [alpha], inputs: [x] }) => ({
    last: graph.node("PRelu", [graph.last(x), graph.weight(alpha)]),
  }),
  Concatenate: ({ graph, config, inputs }) => ({
    last: graph.node("Concat", inputs.map((x) => graph.last(x)), { axis: config.axis as number }),
  }),
  Add: merged("Sum"),
  Average: merged("Mean"),
  Maximum: merged("Max"),
  Minimum: merged("Min"),
  Multiply: ({ graph, inputs, refuse }) => {
    if (new Set(inputs.map(({ shape }) => shape.length)).size > 1) {
      refuse("inputs with different numbers of axes");
    }
    const names = inputs.map((x) => graph.last(x));
    return { last: names.reduce((product, name) => graph.node("Mul", [product, name])) };
  },
};
