/** Convolutions of tensors in the wasm heap, each by the quickest way that oneDNN has for its shape. */
import type * as tf from "@tensorflow/tfjs";
import type { Convolve, ConvShape } from "../kernels.ts";
import type { Onednn } from "./api.ts";
import { Convolution, FilterGradient, TransposedConvolution } from "./conv_primitive.ts";
import { flip, OneChannelConvolution, reversed } from "./one_channel.ts";
import { overSeenPixels, putPixels, takePixels } from "./pointwise.ts";
import { NativeBuffer, type NativeCache } from "./native.ts";
import { sizeOf, type WasmHeap } from "../wasm_heap.ts";

/** Keys are asked for several times a step; building one costs about as much as a small kernel. */
const shapeKeys = new WeakMap<ConvShape, string>();
function keyOf(shape: ConvShape): string {
  let key = shapeKeys.get(shape);
  if (!key) shapeKeys.set(shape, key = Object.values(shape).join());
  return key;
}

/** The three convolutions of `TrainingKernels`, whose comments say what they compute. */
export class OnednnConvolutions {
  readonly #onednn: Onednn;
  readonly #heap: WasmHeap;
  readonly #cache: NativeCache;

  constructor(onednn: Onednn, heap: WasmHeap, cache: NativeCache) {
    this.#onednn = onednn;
    this.#heap = heap;
    this.#cache = cache;
  }

  readonly forward: Convolve = (x, filter, bias, shape, relu) => {
    const seen = overSeenPixels(shape);
    if (seen) {
      return this.#after(
        takePixels(this.#heap, x, shape),
        (pixels) => this.forward(pixels, filter, bias, seen, relu),
      );
    }
    const { batch, outHeight, outWidth, outChannels } = shape;
    const y = this.#heap.allocate([batch, outHeight, outWidth, outChannels], x, filter, bias);
    if (outChannels === 1 && shape.inChannels > 1) {
      this.#toOneChannel(x, filter, bias, shape, relu, y, false);
    } else {
      const key = `conv ${keyOf(shape)} ${bias !== null} ${relu}`;
      this.#cache
        .get(key, () => new Convolution(this.#onednn, shape, bias !== null, relu))
        .run(this.#at(x), this.#at(filter), bias && this.#at(bias), this.#at(y));
    }
    return y;
  };

  readonly backpropInput: Convolve = (dy, filter, bias, shape, relu) => {
    const seen = overSeenPixels(shape);
    if (seen) {
      return this.#after(
        this.backpropInput(dy, filter, bias, seen, relu),
        (pixels) => putPixels(this.#heap, pixels, bias, shape, relu),
      );
    }
    const { batch, inHeight, inWidth, inChannels } = shape;
    const dx = this.#heap.allocate([batch, inHeight, inWidth, inChannels], dy, filter, bias);
    const reverse = inChannels === 1 && shape.outChannels > 1 ? reversed(shape) : null;
    if (reverse) {
      this.#toOneChannel(dy, filter, bias, reverse, relu, dx, true);
    } else {
      const key = `transposed ${keyOf(shape)} ${bias !== null} ${relu}`;
      this.#cache
        .get(key, () => new TransposedConvolution(this.#onednn, shape, bias !== null, relu))
        .run(this.#at(dy), this.#at(filter), bias && this.#at(bias), this.#at(dx));
    }
    return dx;
  };

  #toOneChannel(
    x: tf.TensorInfo,
    filter: tf.TensorInfo,
    bias: tf.TensorInfo | null,
    shape: ConvShape,
    relu: boolean,
    y: tf.TensorInfo,
    flipped: boolean,
  ): void {
    const withBias = bias !== null;
    const key = `one channel ${keyOf(shape)} ${withBias} ${relu} ${flipped}`;
    this.#cache
      .get(key, () => new OneChannelConvolution(this.#onednn, shape, withBias, relu, flipped))
      .run(this.#at(x), this.#heap.view(filter), bias && this.#at(bias), this.#at(y));
  }

  backpropFilter(x: tf.TensorInfo, dy: tf.TensorInfo, shape: ConvShape): tf.TensorInfo {
    const seen = overSeenPixels(shape);
    if (seen) {
      return this.#after(
        takePixels(this.#heap, x, shape),
        (pixels) => this.backpropFilter(pixels, dy, seen),
      );
    }
    const { kernelHeight, kernelWidth, inChannels, outChannels } = shape;
    const filter = this.#heap.allocate([kernelHeight, kernelWidth, inChannels, outChannels], x, dy);
    const reverse = outChannels === 1 && inChannels > 1 ? reversed(shape) : null;
    const gradient = this.#cache.get(
      `filter ${keyOf(reverse ?? shape)}`,
      () => new FilterGradient(this.#onednn, reverse ?? shape),
    );
    if (reverse) {
      // One output channel would fill one of 16 lanes; the other way round channels fill them.
      const turned = new NativeBuffer(sizeOf(filter.shape) * 4);
      gradient.run(this.#at(dy), this.#at(x), turned.address);
      flip(turned.values, this.#heap.view(filter), inChannels);
      turned.destroy();
    } else {
      gradient.run(this.#at(x), this.#at(dy), this.#at(filter));
    }
    return filter;
  }

  /** The result of `next`, which reads what lies between; that is freed. */
  #after(between: tf.TensorInfo, next: (between: tf.TensorInfo) => tf.TensorInfo): tf.TensorInfo {
    try {
      return next(between);
    } finally {
      this.#heap.release(between);
    }
  }

  /** Addresses hold until the next allocation: every method above allocates first. */
  #at(tensor: tf.TensorInfo): bigint {
    return this.#heap.address(tensor);
  }
}
