/** Pooling on the CPU engines, where tfjs's `wasm` backend computes it wrong or beside its memory. */
import * as tf from "@tensorflow/tfjs";
import type { WasmHeap } from "../wasm_heap.ts";

/** A pooling kernel's attributes as tfjs passes them. */
export interface PoolAttributes {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: "same" | "valid" | number;
  dimRoundingMode?: "floor" | "round" | "ceil";
}

/** The geometry of pooling x, NHWC. */
export function poolInfo(xShape: number[], attributes: PoolAttributes) {
  const { filterSize, strides, pad, dimRoundingMode } = attributes;
  const shape = xShape as [number, number, number, number];
  return tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
}
export type PoolInfo = ReturnType<typeof poolInfo>;

/** The part of the image under a window, along one axis: [from, to). */
function clip(out: number, stride: number, pad: number, window: number, size: number) {
  const from = out * stride - pad;
  return [Math.max(from, 0), Math.min(from + window, size)];
}

/**
 * The gradient of max pooling: each dy goes to the first largest number under its window. The kernel of
 * tfjs's `wasm` backend (4.22.0) gives other sums in nearly every shape.
 */
export function maxPoolGrad(
  heap: WasmHeap,
  { dy, input }: { dy: tf.TensorInfo; input: tf.TensorInfo },
  info: PoolInfo,
): tf.TensorInfo {
  const { batchSize, inHeight, inWidth, inChannels: channels, outHeight, outWidth } = info;
  const dx = heap.allocate([...input.shape], dy, input);
  const x = heap.view(input), from = heap.view(dy), to = heap.view(dx).fill(0);
  let cell = 0;
  for (let image = 0; image < batchSize; image++) {
    for (let row = 0; row < outHeight; row++) {
      const { strideHeight, filterHeight, padInfo: { top } } = info;
      const [y0, y1] = clip(row, strideHeight, top, filterHeight, inHeight);
      for (let column = 0; column < outWidth; column++) {
        const { strideWidth, filterWidth, padInfo: { left } } = info;
        const [x0, x1] = clip(column, strideWidth, left, filterWidth, inWidth);
        for (let channel = 0; channel < channels; channel++) {
          let largest = -Infinity, place = -1;
          for (let y = y0; y < y1; y++) {
            let i = ((image * inHeight + y) * inWidth + x0) * channels + channel;
            for (let j = x0; j < x1; j++, i += channels) {
              if (x[i] > largest || place < 0) [largest, place] = [x[i], i];
            }
          }
          if (place >= 0) to[place] += from[cell];
          cell++;
        }
      }
    }
  }
  return dx;
}

/** Average pooling of x, [batch, height, width, channels], with a gradient that is right at borders. */
export function averagePool(x: tf.Tensor, attributes: PoolAttributes): tf.Tensor {
  const { filterSize, strides, pad } = attributes;
  return tf.customGrad((x) => ({
    value: tf.avgPool(x as tf.Tensor4D, filterSize, strides, pad),
    gradFunc: (dy: tf.Tensor) =>
      tf.tidy(() => {
        // tfjs divides each dy by the whole window, on every backend (4.22.0). The average was taken
        // over the part of it that lies in the image.
        const parts = partsInside(poolInfo((x as tf.Tensor).shape, attributes));
        const inputs = { dy: dy.mul(parts), input: x as tf.Tensor };
        return tf.engine().runKernel("AvgPoolGrad", inputs, { ...attributes }) as tf.Tensor;
      }),
  }))(x);
}

/** The window's size over that of its part inside the image, [1, outHeight, outWidth, 1]. */
function partsInside(info: PoolInfo): tf.Tensor4D {
  const { inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, padInfo } = info;
  const along = (count: number, stride: number, pad: number, window: number, size: number) =>
    Array.from({ length: count }, (_, i) => {
      const [from, to] = clip(i, stride, pad, window, size);
      return to - from;
    });
  const rows = along(outHeight, info.strideHeight, padInfo.top, filterHeight, inHeight);
  const columns = along(outWidth, info.strideWidth, padInfo.left, filterWidth, inWidth);
  const parts = rows.flatMap((row) =>
    columns.map((column) => filterHeight * filterWidth / (row * column))
  );
  return tf.tensor4d(parts, [1, outHeight, outWidth, 1]);
}
