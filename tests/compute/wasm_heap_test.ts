import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { WasmHeap } from "../../lib/compute/wasm_heap.ts";

const grow = (heap: WasmHeap, x: tf.TensorInfo): tf.Tensor[] => {
  const before = heap.view(x).buffer, kept: tf.Tensor[] = [];
  while (before.byteLength > 0) kept.push(tf.zeros([2 ** 22])); // a grown heap detaches its old buffer
  return kept;
};

Deno.test("WasmHeap: view() and address() follow a tensor when the heap grows", async () => {
  await tf.setBackend("wasm");
  await tf.ready();
  const heap = new WasmHeap(), x = tf.tensor([1, 2, 3]);
  const stale = heap.view(x);
  heap.address(x);
  const kept = grow(heap, x);
  assert.equal(stale.length, 0, "the heap has grown");
  assert.deepEqual([...heap.view(x)], [1, 2, 3]);
  const bytes = new Deno.UnsafePointerView(Deno.UnsafePointer.create(heap.address(x))!);
  assert.deepEqual([0, 4, 8].map((offset) => bytes.getFloat32(offset)), [1, 2, 3]);
  heap.view(x)[1] = 7;
  assert.deepEqual([...x.dataSync()], [1, 7, 3]);
  tf.dispose([x, ...kept]);
});

Deno.test("WasmHeap: allocate() makes a tensor, release() frees it", async () => {
  await tf.setBackend("wasm");
  const heap = new WasmHeap(), backend = tf.backend();
  const before = backend.numDataIds();
  const x = heap.allocate([2, 3]);
  assert.deepEqual([x.shape, x.dtype, heap.view(x).length], [[2, 3], "float32", 6]);
  heap.release(x);
  assert.equal(backend.numDataIds(), before);
  assert.throws(() => heap.view(x), /Cannot find tensor \[2,3\] on the wasm heap/);
});

Deno.test("WasmHeap: allocate() fetches inputs from another backend first", async () => {
  await tf.setBackend("cpu");
  const x = tf.tensor([4, 5]);
  await tf.setBackend("wasm");
  const heap = new WasmHeap();
  const out = heap.allocate([2], x);
  const view = heap.view(out); // would be detached by a move that made the heap grow
  assert.deepEqual([...heap.view(x)], [4, 5]);
  assert.equal(view.length, 2);
  heap.release(out);
  x.dispose();
});
