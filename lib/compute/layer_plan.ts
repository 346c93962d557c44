/**
 * What a tfjs layer asks of an engine, read once: `getConfig()` and the geometry of a convolution cost
 * more than some of the kernels they describe.
 */
import type * as tf from "@tensorflow/tfjs";
import { type ConvAttributes, convShape } from "./conv_shape.ts";
import type { ConvShape } from "./kernels.ts";

/** A layer that the engines' kernels cover, or `other`, which is left to tfjs. */
export type LayerPlan =
  | { kind: "flatten" | "other" }
  | { kind: "reshape"; shape: number[] }
  | { kind: "upsample"; factor: [number, number] }
  | { kind: "dense"; relu: boolean }
  | {
    kind: "conv2d" | "conv2dTranspose";
    relu: boolean;
    shape: (x: tf.Tensor) => ConvShape | null;
  };

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
  if (kind === "Flatten") return { kind: "flatten" };
  if (kind === "Reshape") {
    return { kind: "reshape", shape: (layer.outputShape as number[]).slice(1) };
  }
  const lastChannels = config.dataFormat !== "channelsFirst";
  if (kind === "UpSampling2D" && config.interpolation === "nearest" && lastChannels) {
    return { kind: "upsample", factor: config.size as [number, number] };
  }
  const relu = config.activation === "relu";
  if (!config.useBias || !(relu || config.activation === "linear")) return { kind: "other" };
  if (kind === "Dense" && layer.weights[0].shape.length === 2) return { kind: "dense", relu };
  const undilated = [config.dilationRate ?? 1].flat().every((rate) => rate === 1);
  if (!lastChannels || !undilated) return { kind: "other" };
  if (kind === "Conv2D") return { kind: "conv2d", relu, shape: shapes(layer, "forward") };
  if (kind === "Conv2DTranspose") {
    return { kind: "conv2dTranspose", relu, shape: shapes(layer, "transpose") };
  }
  return { kind: "other" };
}

/**
 * The geometry of a layer's convolution for each size of batch. A transposed convolution from x to y
 * has that of the convolution from y to x, whose adjoint it is. Null where there is nothing to compute.
 */
function shapes(layer: tf.layers.Layer, direction: "forward" | "transpose") {
  const { strides, padding } = layer.getConfig();
  const byBatch = new Map<number, ConvShape>();
  return (x: tf.Tensor): ConvShape | null => {
    const batch = x.shape[0];
    const known = byBatch.get(batch);
    if (known) return known;
    const output = [batch, ...(layer.outputShape as number[]).slice(1)];
    const from = direction === "forward" ? x.shape : output;
    const attributes = { strides, pad: padding } as ConvAttributes;
    const shape = convShape(from, layer.weights[0].shape as number[], attributes);
    if (shape) byBatch.set(batch, shape);
    return shape;
  };
}
