/** Puts an engine's kernels in the place of the `wasm` backend's own, and takes them away again. */
import * as tf from "@tensorflow/tfjs";
import { convOutShape, convShape } from "./layers/conv_shape.ts";
import type { ReplaceableKernel, TrainingKernels } from "./kernels.ts";
import { maxPoolGrad, poolInfo } from "./layers/pooling.ts";
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

/**
 * Before a kernel is launched that reads or writes beside an empty tensor, or aborts: tfjs's pooling
 * and convolutions do (4.22.0), and what they overwrite are other models' weights.
 *
 * @param shapes the inputs' and the result's
 */
function refuseEmpty(kernel: string, ...shapes: number[][]): void {
  if (shapes.every((shape) => shape.every((size) => size > 0))) return;
  const [result] = shapes.splice(-1);
  throw new Error(
    `Cannot run ${kernel} of ${shapes.map((shape) => `[${shape}]`).join(" and ")} → [${result}]: ` +
      `expected no empty tensor`,
  );
}

const repairedKernels = ["MaxPool", "AvgPool", "MaxPoolGrad", "AvgPoolGrad"] as const;

/** What every engine on the `wasm` backend gets besides its own kernels. */
function repairs(heap: WasmHeap): Record<typeof repairedKernels[number], Attempt> {
  const pool = (kernel: string): Attempt => ({ x }, attributes) => {
    refuseEmpty(kernel, x.shape, poolInfo(x.shape, attributes).outShape);
    return null;
  };
  return {
    MaxPool: pool("MaxPool"),
    AvgPool: pool("AvgPool"),
    MaxPoolGrad({ dy, input }, attributes) {
      refuseEmpty("MaxPoolGrad", dy.shape, input.shape);
      if (!areFloats(dy, input)) return null;
      return maxPoolGrad(heap, { dy, input }, poolInfo(input.shape, attributes));
    },
    AvgPoolGrad({ dy, input }) {
      refuseEmpty("AvgPoolGrad", dy.shape, input.shape);
      return null;
    },
  };
}

function attempts(kernels: TrainingKernels, heap: WasmHeap): Record<ReplaceableKernel, Attempt> {
  const conv2d: Attempt = (inputs, attributes) => {
    const { x, filter, bias } = inputs;
    const { activation = "linear" } = attributes;
    const out = convOutShape(x.shape, filter.shape, attributes);
    refuseEmpty("Conv2D", x.shape, filter.shape, out);
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
    const rows = a.shape.at(transposeA ? -1 : -2)!, columns = b.shape.at(transposeB ? -2 : -1)!;
    const batch = aBatch.length > bBatch.length ? aBatch : bBatch;
    const shape = [...batch, rows, columns];
    if (rows * columns === 0) return heap.allocate(shape);
    refuseEmpty("BatchMatMul", a.shape, b.shape, shape);
    if (!canFuse(inputs, activation, columns)) return null;
    const relu = activation === "relu";
    const result = kernels.matMul(left, right, { transposeA, transposeB, bias, relu });
    return { ...result, shape };
  };

  return {
    Conv2D: conv2d,
    FusedConv2D: conv2d,
    BatchMatMul: matMul,
    _FusedMatMul: matMul,

    Conv2DBackpropInput({ dy, filter }, attributes) {
      refuseEmpty("Conv2DBackpropInput", dy.shape, filter.shape, attributes.inputShape);
      if (!areFloats(dy, filter)) return null;
      const shape = convShape(attributes.inputShape, filter.shape, attributes);
      return shape && kernels.conv2dBackpropInput(dy, filter, null, shape, false);
    },

    Conv2DBackpropFilter({ x, dy }, attributes) {
      refuseEmpty("Conv2DBackpropFilter", x.shape, dy.shape, attributes.filterShape);
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
 * Registers the kernels that the engine `replaces` on the `wasm` backend, and pooling. What the engine
 * cannot do (dilations, groups, NCHW, other types, batches of matrices) goes to the kernel that was
 * there; convolutions, products and pooling without a number to compute on are refused.
 *
 * @returns undoes it: the kernels that were there are back
 * @throws Error where the `wasm` backend has not been set up
 */
export function registerKernels(kernels: TrainingKernels): () => void {
  const heap = new WasmHeap();
  const table = { ...attempts(kernels, heap), ...repairs(heap) };
  const replaced = [...kernels.replaces, ...repairedKernels].map((kernelName) => {
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
