/**
 * Convolutions by one tap with a stride, such as the shortcut of a residual network: of x they see only
 * every stride-th pixel. oneDNN 3.2 writes past its own working memory for some of their sizes (seen
 * with [2, 12, 10, 4] → [2, 6, 5, 3], AVX2: the allocator aborts), so it gets those pixels on their own.
 */
import type * as tf from "@tensorflow/tfjs";
import type { ConvShape } from "../kernels.ts";
import type { WasmHeap } from "../wasm_heap.ts";

const pointwise = new WeakMap<ConvShape, ConvShape>();

/** The convolution with stride 1 that is left over the pixels it sees; null where it is another kind. */
export function overSeenPixels(shape: ConvShape): ConvShape | null {
  const { kernelHeight, kernelWidth, strideHeight, strideWidth, outHeight, outWidth } = shape;
  if (kernelHeight * kernelWidth !== 1 || strideHeight * strideWidth === 1) return null;
  let rest = pointwise.get(shape);
  if (!rest) {
    const [strides, pads] = [
      { strideHeight: 1, strideWidth: 1 },
      { padTop: 0, padLeft: 0, padBottom: 0, padRight: 0 },
    ];
    rest = { ...shape, ...strides, ...pads, inHeight: outHeight, inWidth: outWidth };
    pointwise.set(shape, rest);
  }
  return rest;
}

/** Calls `each` with every seen pixel's place in x, −1 where it is padding, and in the output. */
function seenPixels(shape: ConvShape, each: (place: number, index: number) => void): void {
  const { batch, inHeight, inWidth, outHeight, outWidth } = shape;
  let index = 0;
  for (let image = 0; image < batch; image++) {
    for (let row = 0; row < outHeight; row++) {
      const y = row * shape.strideHeight - shape.padTop;
      for (let column = 0; column < outWidth; column++) {
        const x = column * shape.strideWidth - shape.padLeft;
        const inside = y >= 0 && y < inHeight && x >= 0 && x < inWidth;
        each(inside ? (image * inHeight + y) * inWidth + x : -1, index++);
      }
    }
  }
}

/** The pixels of x that the convolution sees, [batch, outHeight, outWidth, inChannels]. */
export function takePixels(heap: WasmHeap, x: tf.TensorInfo, shape: ConvShape): tf.TensorInfo {
  const { batch, outHeight, outWidth, inChannels: channels } = shape;
  const seen = heap.allocate([batch, outHeight, outWidth, channels], x);
  const from = heap.view(x), to = heap.view(seen).fill(0);
  seenPixels(shape, (place, index) => {
    if (place < 0) return;
    for (let c = 0; c < channels; c++) to[index * channels + c] = from[place * channels + c];
  });
  return seen;
}

/** The adjoint of `takePixels`; where nothing is seen stands relu?(bias?). */
export function putPixels(
  heap: WasmHeap,
  seen: tf.TensorInfo,
  bias: tf.TensorInfo | null,
  shape: ConvShape,
  relu: boolean,
): tf.TensorInfo {
  const { batch, inHeight, inWidth, inChannels: channels } = shape;
  const x = heap.allocate([batch, inHeight, inWidth, channels], seen, bias);
  const from = heap.view(seen), to = heap.view(x).fill(0);
  if (bias) {
    const background = heap.view(bias).map((value) => relu ? Math.max(value, 0) : value);
    for (let i = 0; i < to.length; i += channels) to.set(background, i);
  }
  seenPixels(shape, (place, index) => {
    if (place < 0) return;
    for (let c = 0; c < channels; c++) to[place * channels + c] = from[index * channels + c];
  });
  return x;
}
