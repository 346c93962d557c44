/** The engine for CPUs: training kernels by oneDNN, on tensors where they lie in the wasm heap. */
import type * as tf from "@tensorflow/tfjs";
import {
  type Convolve,
  type ConvShape,
  type MatMulOptions,
  replaceableKernels,
  type TrainingKernels,
} from "../kernels.ts";
import { Onednn } from "./api.ts";
import { OnednnConvolutions } from "./convolutions.ts";
import { BernoulliNll, BernoulliNllGradient, ReluGradient, Upsampling } from "./elementwise.ts";
import { findOnednn } from "./library.ts";
import { Build, relu as reluOp } from "./build.ts";
import { NativeBuffer, NativeCache } from "./native.ts";
import type { Primitive } from "./primitive.ts";
import { sizeOf, WasmHeap } from "../wasm_heap.ts";

export interface OnednnOptions {
  /** Path of the shared library; where left out it is looked for, see `findOnednn`. */
  library?: string;
  /** Threads of each kernel, in the thread (main or worker) that makes the engine. */
  threads: number;
  /** How many kernels are kept built; one shape of one kernel is one. A training step has about 35. */
  cacheCapacity?: number;
}

/**
 * Opens oneDNN and makes the kernels.
 *
 * @throws Error with a clause that says why, where the library is missing, or not of version 3, or
 *   tfjs's `wasm` backend is not set up
 */
export function createOnednnKernels(options: OnednnOptions): OnednnKernels {
  const found = findOnednn(options.library);
  if (typeof found === "string") throw new Error(found);
  return new OnednnKernels(new Onednn(found.path), options.threads, options.cacheCapacity ?? 512);
}

/** Rows of a tensor seen as a matrix with the given number of columns. */
const perOf = (x: tf.TensorInfo, of: number) => sizeOf(x.shape) / of;

export class OnednnKernels implements TrainingKernels {
  readonly name = "onednn";
  readonly outside = true;
  readonly replaces = replaceableKernels;
  readonly version: string;
  readonly #onednn: Onednn;
  readonly #heap = new WasmHeap();
  readonly #cache: NativeCache;
  readonly #convolutions: OnednnConvolutions;
  #ones = new NativeBuffer(0);

  /** Takes the open library over: `dispose` closes it. */
  constructor(onednn: Onednn, threads: number, cacheCapacity: number) {
    this.#onednn = onednn;
    this.version = onednn.version;
    this.#cache = new NativeCache(cacheCapacity);
    this.#convolutions = new OnednnConvolutions(onednn, this.#heap, this.#cache);
    // oneDNN keeps a second cache for the whole process, which would outlive what is destroyed here.
    onednn.check("set_primitive_cache_capacity", onednn.call.dnnl_set_primitive_cache_capacity(0));
    this.setThreads(threads);
  }

  /** How many kernels stand built. */
  get cached(): number {
    return this.#cache.size;
  }

  /** From now on kernels run on `threads` threads (where oneDNN was built with OpenMP). */
  setThreads(threads: number): void {
    if (!Number.isInteger(threads) || threads < 1) {
      throw new RangeError(`threads: expected an integer >= 1, got ${threads}`);
    }
    // Primitives are built for the number of threads there is.
    this.#cache.clear();
    this.#onednn.call.omp_set_num_threads?.(threads);
  }

  conv2d(...operands: Parameters<Convolve>): tf.TensorInfo {
    return this.#convolutions.forward(...operands);
  }

  conv2dBackpropInput(...operands: Parameters<Convolve>): tf.TensorInfo {
    return this.#convolutions.backpropInput(...operands);
  }

  conv2dBackpropFilter(
    x: tf.TensorInfo,
    dy: tf.TensorInfo,
    shape: ConvShape,
    withBias: boolean,
  ): { filter: tf.TensorInfo; bias: tf.TensorInfo | null } {
    const filter = this.#convolutions.backpropFilter(x, dy, shape);
    // A sum of its own: fused into the filter's gradient it takes longer (measured, oneDNN 3.2).
    return { filter, bias: withBias ? this.columnSum(dy) : null };
  }

  matMul(a: tf.TensorInfo, b: tf.TensorInfo, options: MatMulOptions): tf.TensorInfo {
    const { transposeA = false, transposeB = false, bias = null, relu = false } = options;
    const [rows, inner] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
    const [innerB, columns] = transposeB ? [b.shape[1], b.shape[0]] : b.shape;
    if (inner !== innerB) {
      throw new Error(
        `matMul: expected inner sizes to agree, got [${a.shape}]${transposeA ? "ᵀ" : ""} · ` +
          `[${b.shape}]${transposeB ? "ᵀ" : ""}`,
      );
    }
    const result = this.#heap.allocate([rows, columns], a, b, bias);
    const key = `mul ${rows} ${inner} ${columns} ${transposeA} ${transposeB} ${!bias} ${relu}`;
    const primitive = this.#cache.get(key, () =>
      Build.run(this.#onednn, (build) =>
        build.matMul(
          build.strided([rows, inner], transposeA ? [1, rows] : [inner, 1]),
          build.strided([inner, columns], transposeB ? [1, inner] : [columns, 1]),
          bias && build.strided([1, columns], [columns, 1]),
          build.strided([rows, columns], [columns, 1]),
          relu ? [reluOp] : [],
        )));
    if (bias) primitive.run(this.#at(a), this.#at(b), this.#at(bias), this.#at(result));
    else primitive.run(this.#at(a), this.#at(b), this.#at(result));
    return result;
  }

  reluGrad(y: tf.TensorInfo, dy: tf.TensorInfo): tf.TensorInfo {
    const dx = this.#heap.allocate(dy.shape, y, dy);
    const size = sizeOf(y.shape);
    this.#cache
      .get(`relu gradient ${size}`, () => new ReluGradient(this.#onednn, size))
      .run(this.#at(y), this.#at(dy), this.#at(dx));
    return dx;
  }

  /** As a product with a row of ones: ten times a loop's speed. */
  columnSum(x: tf.TensorInfo): tf.TensorInfo {
    const columns = x.shape.at(-1)!, rows = perOf(x, columns);
    const sum = this.#heap.allocate([columns], x);
    const primitive: Primitive = this.#cache.get(
      `sum ${rows} ${columns}`,
      () =>
        Build.run(this.#onednn, (build) =>
          build.matMul(
            build.strided([1, rows], [rows, 1]),
            build.strided([rows, columns], [columns, 1]),
            null,
            build.strided([1, columns], [columns, 1]),
          )),
    );
    primitive.run(this.#onesAddress(rows), this.#at(x), this.#at(sum));
    return sum;
  }

  #onesAddress(count: number): bigint {
    if (this.#ones.values.length < count) {
      this.#ones.destroy();
      this.#ones = new NativeBuffer(count * 4);
      this.#ones.values.fill(1);
    }
    return this.#ones.address;
  }

  bernoulliNll(logits: tf.TensorInfo, x: tf.TensorInfo): tf.TensorInfo {
    const rows = logits.shape[0], columns = perOf(logits, rows);
    const nll = this.#heap.allocate([rows], logits, x);
    this.#cache
      .get(`nll ${rows} ${columns}`, () => new BernoulliNll(this.#onednn, rows, columns))
      .run(this.#at(logits), this.#at(x), this.#at(nll));
    return nll;
  }

  bernoulliNllGrad(logits: tf.TensorInfo, x: tf.TensorInfo, dy: tf.TensorInfo): tf.TensorInfo {
    const rows = logits.shape[0], columns = perOf(logits, rows);
    const gradient = this.#heap.allocate(logits.shape, logits, x, dy);
    const make = () => new BernoulliNllGradient(this.#onednn, rows, columns);
    this.#cache
      .get(`nll gradient ${rows} ${columns}`, make)
      .run(this.#at(logits), this.#at(x), this.#at(dy), this.#at(gradient));
    return gradient;
  }

  upsample(x: tf.TensorInfo, factor: [number, number]): tf.TensorInfo {
    const [batch, height, width, channels] = x.shape;
    const y = this.#heap.allocate([batch, height * factor[0], width * factor[1], channels], x);
    this.#upsampling(x.shape, factor).forward(this.#at(x), this.#at(y));
    return y;
  }

  upsampleGrad(dy: tf.TensorInfo, factor: [number, number]): tf.TensorInfo {
    const [batch, height, width, channels] = dy.shape;
    const dx = this.#heap.allocate([batch, height / factor[0], width / factor[1], channels], dy);
    this.#upsampling(dx.shape, factor).backward(this.#at(dy), this.#at(dx));
    return dx;
  }

  #upsampling(shape: number[], factor: [number, number]): Upsampling {
    const make = () => new Upsampling(this.#onednn, shape, factor);
    return this.#cache.get(`upsampling ${shape} ${factor}`, make);
  }

  dispose(): void {
    this.#cache.clear();
    this.#ones.destroy();
    this.#onednn.close();
  }

  /** Addresses hold until the next allocation: outputs are allocated first in every method above. */
  #at(tensor: tf.TensorInfo): bigint {
    return this.#heap.address(tensor);
  }
}
