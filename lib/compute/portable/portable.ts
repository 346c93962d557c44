/**
 * The engine that runs everywhere: tfjs's `wasm` backend with training kernels of our own, in
 * WebAssembly SIMD that is assembled at start-up and works on the backend's own heap. Where the heap is shared,
 * large products are computed by several threads, with the same bits.
 */
import type * as tf from "@tensorflow/tfjs";
import { replaceableKernels, type TrainingKernels } from "../kernels.ts";
import { PortableConvolutions } from "./convolution.ts";
import { matMul } from "./dense.ts";
import { ScratchArea } from "./memory.ts";
import { instantiate, supportsRelaxedSimd } from "./module.ts";
import { Products } from "./products.ts";
import type { TeamOptions } from "./team.ts";
import { sizeOf, WasmHeap } from "../wasm_heap.ts";

const float = 4;

/**
 * @param options.relaxed whether a·b + c is rounded once (relaxed SIMD: one instruction where the CPU
 *   has it) instead of twice. Default: where this runtime can. Results differ in the last digits, as
 *   they do between any two CPUs' libraries.
 * @param options.team default: this thread alone
 * @throws Error where the `wasm` backend has not been set up
 */
export function createPortableKernels(
  { relaxed = supportsRelaxedSimd(), team = { threads: 1, startThread: null } }: {
    relaxed?: boolean;
    team?: TeamOptions;
  } = {},
): TrainingKernels {
  const heap = new WasmHeap();
  const module = instantiate(heap.memory, relaxed), wasm = module.kernels;
  const products = new Products(heap, module, team);
  const convolutions = new PortableConvolutions(heap, products);
  const scratch = new ScratchArea(heap);

  const offsets = <Name extends string>(tensors: Record<Name, tf.TensorInfo>) =>
    Object.fromEntries(
      Object.entries<tf.TensorInfo>(tensors).map(([name, tensor]) => [name, heap.offset(tensor)]),
    ) as Record<Name, number>;

  function columnSum(x: tf.TensorInfo): tf.TensorInfo {
    const columns = x.shape.at(-1) ?? 1, size = sizeOf(x.shape);
    const out = heap.allocate([columns]);
    // Few columns would leave lanes idle: several rows are taken as one.
    const fold = columns < 4 && size % (columns * 8) === 0 ? 8 : 1;
    const width = columns * fold;
    const [sums] = scratch.take(width * float);
    wasm.zero({ to: sums, bytes: width * float });
    wasm.columnSum({ x: heap.offset(x), rows: size / width, columns: width, out: sums });
    const result = heap.view(out).fill(0);
    const partial = heap.floats().subarray(sums / float, sums / float + width);
    for (let i = 0; i < width; i++) result[i % columns] += partial[i];
    return out;
  }

  return {
    name: "portable",
    outside: false,
    replaces: replaceableKernels,

    conv2d: convolutions.forward,
    conv2dBackpropInput: convolutions.backpropInput,
    conv2dBackpropFilter: (x, dy, shape, withBias) => ({
      filter: convolutions.backpropFilter(x, dy, shape),
      bias: withBias ? columnSum(dy) : null,
    }),
    matMul: (a, b, options) => matMul(heap, products, a, b, options),
    columnSum,

    reluGrad(y, dy) {
      const out = heap.allocate([...dy.shape]);
      wasm.reluGrad({ ...offsets({ y, dy, out }), count: sizeOf(dy.shape) });
      return out;
    },

    bernoulliNll(logits, x) {
      const rows = logits.shape[0], columns = sizeOf(logits.shape) / rows;
      const out = heap.allocate([rows]);
      wasm.bernoulliNll({ ...offsets({ logits, x, out }), rows, columns });
      return out;
    },

    bernoulliNllGrad(logits, x, dy) {
      const rows = logits.shape[0], columns = sizeOf(logits.shape) / rows;
      const out = heap.allocate([...logits.shape]);
      wasm.bernoulliNllGrad({ ...offsets({ logits, x, dy, out }), rows, columns });
      return out;
    },

    upsample(x, [factorY, factorX]) {
      const [batch, height, width, channels] = x.shape;
      const out = heap.allocate([batch, height * factorY, width * factorX, channels]);
      const pixel = channels * float, line = width * factorX * pixel;
      const from = heap.offset(x), to = heap.offset(out);
      // First the upper line of each block, then its copies below.
      for (let row = 0; row < batch * height; row++) {
        for (let i = 0; i < factorX; i++) {
          wasm.copyRows({
            to: to + row * factorY * line + i * pixel,
            toStride: factorX * pixel,
            from: from + row * width * pixel,
            fromStride: pixel,
            bytes: pixel,
            rows: width,
          });
        }
      }
      const toStride = factorY * line, fromStride = toStride, rows = batch * height;
      for (let i = 1; i < factorY; i++) {
        wasm.copyRows({ to: to + i * line, toStride, from: to, fromStride, bytes: line, rows });
      }
      return out;
    },

    upsampleGrad(dy, [factorY, factorX]) {
      const [batch, height, width, channels] = dy.shape;
      const out = heap.allocate([batch, height / factorY, width / factorX, channels]);
      const from = heap.view(dy), to = heap.view(out).fill(0);
      const line = width / factorX * channels;
      let cell = 0;
      for (let row = 0; row < batch * height; row++) {
        for (let x = 0; x < width; x++) {
          const pixel = Math.floor(row / factorY) * line + Math.floor(x / factorX) * channels;
          for (let c = 0; c < channels; c++) to[pixel + c] += from[cell++];
        }
      }
      return out;
    },

    dispose() {
      products.dispose();
      scratch.dispose();
    },
  };
}
