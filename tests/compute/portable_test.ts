import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { createPortableKernels } from "../../lib/compute/portable/portable.ts";
import { OffsetTables } from "../../lib/compute/portable/memory.ts";
import { convShape } from "../../lib/compute/layers/conv_shape.ts";
import { WasmHeap } from "../../lib/compute/wasm_heap.ts";
import { growHeap } from "./grow_heap.ts";
import { guarded } from "./guarded.ts";
import { take, values } from "./kernel_cases.ts";
import { testRegistered } from "./registered_cases.ts";

const engine = { name: "portable", open: guarded(createPortableKernels), skip: null };
testRegistered(engine);

Deno.test("createPortableKernels() gives the same numbers after the heap has grown", async () => {
  await tf.setBackend("wasm");
  const heap = new WasmHeap();
  const kernels = createPortableKernels();
  const [xShape, wShape, yShape] = [[2, 14, 14, 8], [3, 3, 8, 5], [2, 7, 7, 5]];
  const shape = convShape(xShape, wShape, { strides: 2, pad: "same" })!;
  const x = tf.tensor(values(xShape, "x"), xShape);
  const w = tf.tensor(values(wShape, "w"), wShape);
  const dy = tf.tensor(values(yShape, "dy"), yShape);
  const all = () => [
    take(kernels.conv2d(x, w, null, shape, true), yShape),
    take(kernels.conv2dBackpropInput(dy, w, null, shape, false), xShape),
    take(kernels.conv2dBackpropFilter(x, dy, shape, false).filter, wShape),
    take(kernels.columnSum(dy), [5]),
  ];
  const before = all();
  growHeap(heap);
  assert.deepEqual(all(), before);
  tf.dispose([x, w, dy]);
  kernels.dispose();
});

Deno.test("OffsetTables get() keeps a bounded number of tables, the latest used", async () => {
  await tf.setBackend("wasm");
  const heap = new WasmHeap();
  const tables = new OffsetTables(heap);
  const made: string[] = [];
  const get = (key: string) =>
    tables.get(key, () => {
      made.push(key);
      return new Int32Array(16384).fill(made.length);
    });
  const before = heap.memory.buffer.byteLength;
  // 64 MiB in all, of which at most 16 MiB stay.
  for (let i = 0; i < 1000; i++) {
    get("every time");
    get(`table ${i}`);
  }
  assert.equal(made.filter((key) => key === "every time").length, 1);
  assert.ok(heap.memory.buffer.byteLength - before <= 32 << 20, "the heap grew without bound");
  const last = new Int32Array(heap.memory.buffer, get("table 999"), 1);
  assert.deepEqual([...last], [1001]);
  tables.dispose();
});
