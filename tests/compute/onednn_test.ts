import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { TrainingKernels } from "../../lib/compute/kernels.ts";
import { createOnednnKernels } from "../../lib/compute/onednn.ts";
import { findOnednn } from "../../lib/compute/onednn_library.ts";
import { convShape } from "../../lib/compute/conv_shape.ts";
import { guarded } from "./guarded.ts";
import { testKernels, values } from "./kernel_cases.ts";
import { testRegistered } from "./registered_cases.ts";

const found = findOnednn();
const skip = typeof found === "string" ? found : null;
const engine = { name: "onednn", open: guarded(() => createOnednnKernels({ threads: 1 })), skip };

testKernels(engine);
testRegistered(engine);

function test(title: string, body: () => Promise<void> | void): void {
  const name = skip ? `${title} (skipped: ${skip})` : title;
  Deno.test({
    name,
    ignore: skip !== null,
    async fn() {
      await tf.setBackend("wasm");
      await tf.ready();
      await body();
    },
  });
}

const sumOf = (shape: number[]) => tf.tensor(values(shape, "x"), shape);

test("createOnednnKernels() keeps no more kernels than its cache holds", () => {
  const kernels = createOnednnKernels({ threads: 1, cacheCapacity: 3 });
  for (let rows = 1; rows <= 10; rows++) {
    const x = sumOf([rows, 2]);
    tf.engine().disposeTensor(tf.engine().makeTensorFromTensorInfo(kernels.columnSum(x)));
    x.dispose();
    assert.equal(kernels.cached, Math.min(rows, 3));
  }
  kernels.dispose();
});

const shape = convShape([16, 14, 14, 64], [3, 3, 64, 32], { strides: [2, 2], pad: "same" })!;

/** Convolves forward and back, builds three kernels for it where they are not built. */
function convolve(kernels: TrainingKernels, x: tf.Tensor, filter: tf.Tensor, batch: number): void {
  const part = { ...shape, batch };
  const y = kernels.conv2d(x, filter, null, part, false);
  const gradient = kernels.conv2dBackpropFilter(x, y, part, true);
  const results = [y, gradient.filter, gradient.bias!];
  tf.dispose(results.map((info) => tf.engine().makeTensorFromTensorInfo(info)));
}

/** How much resident memory 200 rounds cost for good, in MB. */
function residentGrowth(round: (i: number) => void): number {
  for (let i = 0; i < 100; i++) round(i);
  const before = Deno.memoryUsage().rss;
  for (let i = 0; i < 200; i++) round(i);
  return (Deno.memoryUsage().rss - before) / 2 ** 20;
}

test("createOnednnKernels() gives its memory back with dispose()", () => {
  const x = sumOf([16, 14, 14, 64]), filter = sumOf([3, 3, 64, 32]);
  const grown = residentGrowth(() => {
    const kernels = createOnednnKernels({ threads: 1 });
    convolve(kernels, x, filter, 16);
    kernels.dispose();
  });
  // Measured: 35 MB, the library's opened functions, which the collector frees in its own time; 81 MB
  // where kernels are not destroyed.
  assert.ok(grown < 58, `resident memory grew by ${grown.toFixed(0)} MB`);
  tf.dispose([x, filter]);
});

test("createOnednnKernels() gives a kernel's memory back when its cache drops it", () => {
  const x = sumOf([16, 14, 14, 64]), filter = sumOf([3, 3, 64, 32]);
  const kernels = createOnednnKernels({ threads: 1, cacheCapacity: 2 });
  const grown = residentGrowth((i) => convolve(kernels, x, filter, 1 + i % 16));
  // Measured: 3 MB; 54 MB where what the cache drops is not destroyed.
  assert.ok(grown < 25, `resident memory grew by ${grown.toFixed(0)} MB`);
  kernels.dispose();
  tf.dispose([x, filter]);
});

test("setThreads() changes how many threads a kernel has, not its result", () => {
  const kernels = createOnednnKernels({ threads: 1 });
  const a = sumOf([64, 300]), b = sumOf([300, 64]);
  const product = () => {
    const result = tf.engine().makeTensorFromTensorInfo(kernels.matMul(a, b, {}));
    const read = result.dataSync();
    result.dispose();
    return read;
  };
  const one = product();
  kernels.setThreads(2);
  assert.equal(kernels.cached, 0, "built anew");
  assert.deepEqual(product(), one);
  assert.throws(() => kernels.setThreads(0), /threads: expected an integer >= 1, got 0/);
  kernels.setThreads(1);
  tf.dispose([a, b]);
  kernels.dispose();
});

Deno.test("findOnednn() says in one clause why a library cannot be used", async () => {
  assert.match(String(findOnednn("/no/such/file.so")), /^\/no\/such\/file\.so cannot be opened: /);
  const notALibrary = await Deno.makeTempFile();
  try {
    assert.match(String(findOnednn(notALibrary)), /cannot be opened/);
  } finally {
    await Deno.remove(notALibrary);
  }
  assert.throws(
    () => createOnednnKernels({ library: "/no/such/file.so", threads: 1 }),
    /cannot be opened/,
  );
});
