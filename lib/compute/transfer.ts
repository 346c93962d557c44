/** Numbers into and out of tensors with one copy, where an engine's heap can be reached. */
import * as tf from "@tensorflow/tfjs";
import { trainingKernels } from "./backend.ts";
import { WasmHeap } from "./wasm_heap.ts";

let heap: WasmHeap | null = null;

function currentHeap(): WasmHeap | null {
  return trainingKernels() ? heap ??= new WasmHeap() : null;
}

/** A new float32 tensor with these numbers, which may lie in shared memory. Disposed by the caller. */
export function tensorOf(values: Float32Array, shape: number[]): tf.Tensor {
  const heap = currentHeap();
  if (!heap) return tf.tensor(values.slice(), shape);
  const info = heap.allocate(shape);
  heap.view(info).set(values);
  return tf.engine().makeTensorFromTensorInfo(info);
}

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
