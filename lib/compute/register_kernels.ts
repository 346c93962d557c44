/** Puts an engine's kernels in the place of the `wasm` backend's own, and takes them away again. */
import * as tf from "@tensorflow/tfjs";
import { convShape } from "./conv_shape.ts";
import type { ReplaceableKernel, TrainingKernels } from "./kernels.ts";
import { sizeOf, WasmHeap } from "./wasm_heap.ts";

type Inputs = Record<string, tf.TensorInfo>;
// deno-lint-ignore no-explicit-any -- each kernel has attributes of its own, read below by name
type Attributes = any;
/** The kernel's result, or null where the engine leaves the case to the kernel that was there. */
type Attempt = (inputs: Inputs, attributes: Attributes) => tf.TensorInfo | null;

const areFloats = (...tensors: (tf.TensorInfo | undefined)[]) =>
  tensors.every((tensor) => !tensor || tensor.dtype === "float32");

/** A bias that is one number per column or channel, and an activation the engines fuse. */
function canFuse({ bias, preluActivationWeights }: Inputs, activation: string, columns: number) {
  return !preluActivationWeights && (activation === "linear" || activation === "relu") &&
    (!bias || (sizeOf(bias.shape) === columns && bias.shape.at(-1) === columns));
}

function attempts(kernels: TrainingKernels, heap: WasmHeap): Record<ReplaceableKernel, Attempt> {
  const conv2d: Attempt = (inputs, attributes) => {
    const { x, filter, bias } = inputs;
    const { activation = "linear" } = attributes;
    if (!areFloats(x, filter, bias)) return null;
    if (!canFuse(inputs, activation, filter.shape[3])) return null;
    const shape = convShape(x.shape, filter.shape, attributes);
    return shape && kernels.conv2d(x, filter, bias ?? null, shape, activation === "relu");
  };

  const matMul: Attempt = (inputs, { transposeA, transposeB, activation = "linear" }) => {
    const { a, b, bias } = inputs;
    if (!areFloats(a, b, bias)) return null;
    const [aBatch, bBatch] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
    if (sizeOf(aBatch) !== 1 || sizeOf(bBatch) !== 1) return null;
    const [left, right] = [a, b].map((x) => matrix(x, sizeOf(x.shape.slice(0, -1))));
    const columns = right.shape[transposeB ? 0 : 1];
    if (sizeOf(a.shape) * sizeOf(b.shape) === 0 || !canFuse(inputs, activation, columns)) {
      return null;
    }
    const relu = activation === "relu";
    const result = kernels.matMul(left, right, { transposeA, transposeB, bias, relu });
    const batch = aBatch.length > bBatch.length ? aBatch : bBatch;
    return { ...result, shape: [...batch, ...result.shape] };
  };

  return {
    Conv2D: conv2d,
    FusedConv2D: conv2d,
    BatchMatMul: matMul,
    _FusedMatMul: matMul,

    Conv2DBackpropInput({ dy, filter }, attributes) {
      if (!areFloats(dy, filter)) return null;
      const shape = convShape(attributes.inputShape, filter.shape, attributes);
      return shape && kernels.conv2dBackpropInput(dy, filter, null, shape, false);
    },

    Conv2DBackpropFilter({ x, dy }, attributes) {
      if (!areFloats(x, dy)) return null;
      const shape = convShape(x.shape, attributes.filterShape, attributes);
      return shape && kernels.conv2dBackpropFilter(x, dy, shape, false).filter;
    },

    Sum({ x }, { axis, keepDims }) {
      const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
      const leading = axes.length > 0 && axes.length < x.shape.length &&
        axes.every((value, i) => value === i);
      if (!leading || !areFloats(x) || sizeOf(x.shape) === 0) return null;
      const kept = x.shape.slice(axes.length);
      const result = kernels.columnSum(matrix(x, sizeOf(x.shape.slice(0, axes.length))));
      return { ...result, shape: keepDims ? [...axes.map(() => 1), ...kept] : kept };
    },

    // tfjs copies here, on `wasm` alone, and clones every tensor that a gradient needs. No kernel
    // writes to its inputs, so the data can be shared.
    Identity: ({ x }) => x.dtype === "string" ? null : heap.share(x),
  };
}

/** The same tensor seen as [rows, the rest]. */
const matrix = (x: tf.TensorInfo, rows: number): tf.TensorInfo => ({
  dataId: x.dataId,
  dtype: x.dtype,
  shape: [rows, sizeOf(x.shape) / Math.max(rows, 1)],
});

/**
 * Registers the kernels that the engine `replaces` on the `wasm` backend. What the engine cannot do
 * (dilations, groups, NCHW, other types, batches of matrices, empty tensors) goes to the kernel that
 * was there.
 *
 * @returns undoes it: the kernels that were there are back
 * @throws Error where the `wasm` backend has not been set up
 */
export function registerKernels(kernels: TrainingKernels): () => void {
  const table = attempts(kernels, new WasmHeap());
  const replaced = kernels.replaces.map((kernelName) => {
    const previous = tf.getKernel(kernelName, "wasm");
    const attempt = table[kernelName];
    // tfjs warns when a kernel is registered over another.
    if (previous) tf.unregisterKernel(kernelName, "wasm");
    tf.registerKernel({
      kernelName,
      backendName: "wasm",
      setupFunc: previous?.setupFunc,
      disposeFunc: previous?.disposeFunc,
      kernelFunc(call) {
        const result = attempt(call.inputs as unknown as Inputs, call.attrs);
        if (result) return result;
        if (previous) return previous.kernelFunc(call);
        throw new Error(
          `Cannot run ${kernelName} on the wasm backend: the ${kernels.name} engine does float32, ` +
            `NHWC, without dilations or groups; use the cpu backend for this case`,
        );
      },
    });
    return { kernelName, previous };
  });
  return () => {
    for (const { kernelName, previous } of replaced) {
      tf.unregisterKernel(kernelName, "wasm");
      if (previous) tf.registerKernel(previous);
    }
  };
}
