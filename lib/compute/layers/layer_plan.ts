/**
 * What a tfjs layer asks of an engine, read once: `getConfig()` and the geometry of a convolution cost
 * more than some of the kernels they describe.
 */
import type * as tf from "@tensorflow/tfjs";
import { OptionError } from "../../options.ts";
import { type ConvAttributes, convShape } from "./conv_shape.ts";
import type { ConvShape } from "../kernels.ts";
import type { PoolAttributes } from "./pooling.ts";
import { sizeOf } from "../wasm_heap.ts";

/** A function that follows a layer's linear part and that the engines do not fuse with it. */
export interface Activation {
  apply(x: tf.Tensor): tf.Tensor;
}

interface WithActivation {
  relu: boolean;
  /** Null where it is relu or linear. */
  activation: Activation | null;
}

/** A layer that the engines' kernels cover, or `other`, which is left to tfjs. */
export type LayerPlan =
  | { kind: "flatten" }
  | { kind: "reshape" }
  | { kind: "other" }
  | { kind: "upsample"; factor: [number, number] }
  | { kind: "averagePool"; attributes: PoolAttributes }
  | { kind: "dense" } & WithActivation
  | { kind: "conv2d"; shape: (x: tf.Tensor) => ConvShape } & WithActivation
  | { kind: "conv2dTranspose"; shape: (x: tf.Tensor) => ConvShape } & WithActivation;

const plans = new WeakMap<tf.layers.Layer, LayerPlan>();

/** The layer's plan; the same object at every call. */
export function layerPlan(layer: tf.layers.Layer): LayerPlan {
  let plan = plans.get(layer);
  if (!plan) plans.set(layer, plan = readLayer(layer));
  return plan;
}

function readLayer(layer: tf.layers.Layer): LayerPlan {
  const config = layer.getConfig();
  const kind = layer.getClassName();
  if (kind === "Flatten" && config.dataFormat !== "channelsFirst") return { kind: "flatten" };
  if (kind === "Reshape") return { kind: "reshape" };
  const lastChannels = config.dataFormat !== "channelsFirst";
  if (kind === "UpSampling2D" && config.interpolation === "nearest" && lastChannels) {
    return { kind: "upsample", factor: config.size as [number, number] };
  }
  if (kind === "AveragePooling2D" && config.padding === "same" && lastChannels) {
    const { poolSize, strides } = config as Record<string, [number, number]>;
    return { kind: "averagePool", attributes: { filterSize: poolSize, strides, pad: "same" } };
  }
  const undilated = [config.dilationRate ?? 1].flat().every((rate) => rate === 1);
  if (!["Dense", "Conv2D", "Conv2DTranspose"].includes(kind) || !lastChannels || !undilated) {
    return { kind: "other" };
  }
  const relu = config.activation === "relu";
  const activation = relu || config.activation === "linear"
    ? null
    : (layer as unknown as { activation: Activation }).activation;
  if (kind === "Dense") return { kind: "dense", relu, activation };
  if (kind === "Conv2D") {
    return { kind: "conv2d", relu, activation, shape: shapes(layer, "forward") };
  }
  return { kind: "conv2dTranspose", relu, activation, shape: shapes(layer, "transpose") };
}

/**
 * The geometry of a layer's convolution for each shape of x. A transposed convolution from x to y
 * has that of the convolution from y to x, whose adjoint it is.
 */
function shapes(layer: tf.layers.Layer, direction: "forward" | "transpose") {
  const { strides, padding } = layer.getConfig();
  const known = new Map<string, ConvShape>();
  return (x: tf.Tensor): ConvShape => {
    const key = x.shape.join();
    let shape = known.get(key);
    if (shape) return shape;
    const from = direction === "forward" ? x.shape : outputShape(layer, [x]);
    const attributes = { strides, pad: padding } as ConvAttributes;
    shape = convShape(from, layer.weights[0].shape as number[], attributes)!;
    known.set(key, shape);
    return shape;
  };
}

const outputShapes = new WeakMap<tf.layers.Layer, Map<string, number[]>>();

/**
 * The shape of what the layer makes of tensors of these shapes.
 * @throws OptionError where that, or one of the inputs, is empty: kernels are not made for that, and
 *   tfjs's own write beside an empty output
 */
export function outputShape(layer: tf.layers.Layer, inputs: { shape: number[] }[]): number[] {
  let known = outputShapes.get(layer);
  if (!known) outputShapes.set(layer, known = new Map());
  const key = inputs.length === 1
    ? inputs[0].shape.join()
    : inputs.map(({ shape }) => shape.join()).join(" ");
  let shape = known.get(key);
  if (shape) return shape;
  const from = inputs.map(({ shape }) => shape);
  shape = layer.computeOutputShape(from.length === 1 ? from[0] : from) as number[];
  for (const one of [...from, shape]) {
    // Of a window larger than its image tfjs computes a negative size.
    if (one.some((size) => size <= 0) || sizeOf(one) === 0) {
      throw new OptionError(
        `${layer.name} (${layer.getClassName()}): expected an input and output with at least one ` +
          `number, got ${from.map((shape) => `[${shape.join(", ")}]`).join(" and ")} → ` +
          `[${shape.join(", ")}]`,
      );
    }
  }
  known.set(key, shape);
  return shape;
}
