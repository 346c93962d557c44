/** Numbers into and out of tensors with one copy, where an engine's heap can be reached. */
import * as tf from "@tensorflow/tfjs";
import { trainingKernels } from "./backend.ts";
import { sizeOf, WasmHeap } from "./wasm_heap.ts";

let heap: WasmHeap | null = null;

function currentHeap(): WasmHeap | null {
  return trainingKernels() ? heap ??= new WasmHeap() : null;
}

/**
 * A new float32 tensor, written where it lies. Disposed by the caller.
 *
 * @param write gets its numbers, of which nothing is said yet, flat; makes no tensor meanwhile
 */
export function writtenTensor(shape: number[], write: (out: Float32Array) => void): tf.Tensor {
  const heap = currentHeap();
  if (!heap) {
    const values = new Float32Array(sizeOf(shape));
    write(values);
    return tf.tensor(values, shape);
  }
  const info = heap.allocate(shape);
  write(heap.view(info));
  return tf.engine().makeTensorFromTensorInfo(info);
}

/** A new float32 tensor with these numbers, which may lie in shared memory. Disposed by the caller. */
export const tensorOf = (values: Float32Array, shape: number[]): tf.Tensor =>
  writtenTensor(shape, (out) => out.set(values));

/** Copies a float32 tensor's numbers into `out`, from `offset` on. */
export function copyInto(info: tf.TensorInfo, out: Float32Array, offset: number): void {
  out.set(currentHeap()?.view(info) ?? tf.engine().readSync(info.dataId) as Float32Array, offset);
}

/** A float32 tensor's numbers, as they are now. @param info a tensor is disposed */
export async function valuesOf(info: tf.TensorInfo): Promise<Float32Array> {
  const heap = currentHeap();
  const values = heap ? heap.view(info).slice() : await tf.engine().read(info.dataId);
  if (info instanceof tf.Tensor) info.dispose();
  return values as Float32Array;
}
