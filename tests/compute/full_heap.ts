/**
 * Fills the wasm heap and breaks it, in a process of its own: `heap_guard_test.ts` reads what happened,
 * one JSON object. Memory that is not written to costs the machine nothing.
 */
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { WasmHeap } from "../../lib/compute/wasm_heap.ts";

const message = (run: () => unknown): string => {
  try {
    run();
    return "no error";
  } catch (error) {
    return (error as Error).message;
  }
};

await useBackend({ engine: "portable" });
const heap = new WasmHeap();
const weights = tf.fill([1000], 5);
const blocks: tf.TensorInfo[] = [];
const unharmed = () => weights.dataSync().every((value) => value === 5);

const fill = () => {
  for (;;) blocks.push(heap.allocate([2 ** 26])); // 256 MB
};
const full = message(fill);
// 64 MB more fit at no place.
const kernel = message(() => {
  for (let i = 0; i < 8; i++) tf.keep(tf.zeros([2 ** 24]));
});
const weightsWhenFull = unharmed();
for (const block of blocks.splice(1)) heap.release(block);
const roomAgain = message(() => tf.tidy(() => tf.ones([1000]).add(weights).dataSync()));

// tfjs's own convolution aborts on an empty tensor, from which the engine's kernels keep it.
await useBackend({ engine: "cpu" });
await tf.setBackend("wasm");
const x = tf.zeros([2, 1, 1, 3]), filter = tf.ones([3, 3, 3, 4]) as tf.Tensor4D;
const convolve = (x: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, filter, 2, "valid");
const abort = message(() => tf.grad(convolve)(x, tf.zeros([2, 0, 0, 4])));
const afterAbort = message(() => weights.add(1));
console.log(JSON.stringify({
  full,
  kernel,
  weightsWhenFull,
  roomAgain,
  blocks: blocks.length,
  abort,
  afterAbort,
  readable: unharmed(),
}));
