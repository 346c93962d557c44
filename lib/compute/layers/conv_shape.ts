/** The geometry of a tfjs convolution, as the engines want it. */
import * as tf from "@tensorflow/tfjs";
import type { ConvShape } from "../kernels.ts";
import { sizeOf } from "../wasm_heap.ts";

/** A convolution's attributes as tfjs's kernels get them. */
export interface ConvAttributes {
  strides: number | [number, number];
  pad: Parameters<typeof tf.backend_util.computeConv2DInfo>[4];
  dilations?: number | [number, number];
  dimRoundingMode?: "floor" | "round" | "ceil";
  dataFormat?: string;
}

/** The shape of a tfjs convolution's result; that of x where x is not NHWC. */
export function convOutShape(
  inShape: number[],
  filterShape: number[],
  { strides, pad, dilations = 1, dimRoundingMode, dataFormat = "NHWC" }: ConvAttributes,
): number[] {
  if (dataFormat !== "NHWC" || inShape.includes(0)) return inShape;
  const [x, filter] = [inShape, filterShape] as [number, number, number, number][];
  return tf.backend_util.computeConv2DInfo(x, filter, strides, dilations, pad, dimRoundingMode)
    .outShape;
}

/** Geometry of a tfjs convolution; null where it is dilated, grouped, NCHW or empty. */
export function convShape(
  inShape: number[],
  filterShape: number[],
  { strides, pad, dilations = 1, dimRoundingMode, dataFormat = "NHWC" }: ConvAttributes,
): ConvShape | null {
  if (dataFormat !== "NHWC" || inShape[3] !== filterShape[2]) return null;
  const info = tf.backend_util.computeConv2DInfo(
    inShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  if (info.dilationHeight !== 1 || info.dilationWidth !== 1) return null;
  if (sizeOf(info.inShape) * sizeOf(info.outShape) * sizeOf(filterShape) === 0) return null;
  return {
    batch: info.batchSize,
    inHeight: info.inHeight,
    inWidth: info.inWidth,
    inChannels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outChannels: info.outChannels,
    kernelHeight: info.filterHeight,
    kernelWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left,
    padBottom: info.padInfo.bottom,
    padRight: info.padInfo.right,
  };
}
