/** The tests of an engine behind tfjs's own operations: what it takes over, and what it leaves. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { replaceableKernels, type TrainingKernels } from "../../lib/compute/kernels.ts";
import { convShape } from "../../lib/compute/layers/conv_shape.ts";
import { registerKernels } from "../../lib/compute/register_kernels.ts";
import { assertClose, type Engine, onCpu, take, tolerance, values } from "./kernel_cases.ts";

/** Compares an operation under the engine with the same on the `cpu` backend. */
async function same(what: string, compute: () => tf.Tensor, most: number): Promise<void> {
  const got = tf.tidy(() => compute().dataSync().slice());
  assertClose(got, await onCpu(compute), most, what);
}

const tensor = <R extends tf.Rank>(shape: number[], name: string): tf.Tensor<R> =>
  tf.tensor(values(shape, name), shape as tf.ShapeMap[R]);

type Pair = [number, number];

/** Registers the tests for one engine. */
export function testRegistered({ name, open, skip }: Engine): void {
  const test = (title: string, body: (kernels: TrainingKernels) => Promise<void> | void) =>
    Deno.test({
      name: skip ? `${name} ${title} (skipped: ${skip})` : `${name} ${title}`,
      ignore: skip !== null,
      async fn() {
        await tf.setBackend("wasm");
        await tf.ready();
        const kernels = open();
        const undo = registerKernels(kernels);
        try {
          await body(kernels);
        } finally {
          undo();
          kernels.dispose();
        }
      },
    });

  test("registered: convolutions and their gradients equal the cpu backend's", async () => {
    const [x, w] = [[2, 9, 8, 3], [3, 2, 3, 5]];
    for (const pad of ["same", "valid"] as const) {
      for (const strides of [[1, 1], [2, 3]] as Pair[]) {
        const conv = (x: tf.Tensor, w: tf.Tensor) =>
          tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad);
        const gradient = (i: number) => () => {
          const inputs = [tensor(x, "x"), tensor(w, "w")];
          return tf.grads((x, w) => tf.sum(tf.square(conv(x, w))))(inputs)[i];
        };
        const what = `${pad} ${strides}`;
        await same(`conv2d ${what}`, () => conv(tensor(x, "x"), tensor(w, "w")), tolerance(18));
        await same(`conv2d dx ${what}`, gradient(0), tolerance(500));
        await same(`conv2d dw ${what}`, gradient(1), tolerance(2000));
      }
    }
    await same(
      "conv2dTranspose",
      () =>
        tf.conv2dTranspose(
          tensor<tf.Rank.R4>([2, 4, 4, 5], "x"),
          tensor(w, "w"),
          [2, 8, 8, 3],
          2,
          "same",
        ),
      tolerance(30),
    );
  });

  test("registered: matMul of every transposition, and sums, with gradients", async () => {
    for (const [ta, tb] of [[false, false], [true, false], [false, true], [true, true]]) {
      const a = () => tensor(ta ? [4, 6] : [6, 4], "a");
      const b = () => tensor(tb ? [5, 4] : [4, 5], "b");
      await same(`matMul ${ta} ${tb}`, () => tf.matMul(a(), b(), ta, tb), tolerance(4));
      const gradient = () =>
        tf.grads((a, b) => tf.sum(tf.square(tf.matMul(a, b, ta, tb))))([a(), b()])[0];
      await same(`matMul da ${ta} ${tb}`, gradient, tolerance(100));
    }
    await same("one matrix of a batch", () => {
      return tf.matMul(tensor([1, 3, 4], "a"), tensor([4, 5], "b"));
    }, tolerance(4));
    for (const axis of [0, [0, 1], [0, 1, 2], 2, undefined]) {
      for (const keepDims of [false, true]) {
        const sum = () => tf.sum(tensor([3, 4, 5], "x"), axis, keepDims);
        assert.deepEqual(
          tf.tidy(() => sum().shape),
          keepDims
            ? [3, 4, 5].map((n, i) => axis === undefined || [axis].flat().includes(i) ? 1 : n)
            : [3, 4, 5].filter((_, i) => axis !== undefined && ![axis].flat().includes(i)),
        );
        await same(`sum ${axis}`, sum, tolerance(60));
      }
    }
  });

  test("registered: fused operations", async () => {
    for (const activation of ["linear", "relu", "elu", "relu6"] as const) {
      await same(
        `fused.matMul ${activation}`,
        () =>
          tf.fused.matMul({
            a: tensor([6, 4], "a"),
            b: tensor([4, 5], "b"),
            bias: tensor([5], "c"),
            activation,
          }),
        tolerance(8),
      );
      const conv = () =>
        tf.fused.conv2d({
          x: tensor([2, 5, 5, 3], "x") as tf.Tensor4D,
          filter: tensor([3, 3, 3, 4], "w") as tf.Tensor4D,
          strides: 1,
          pad: "same",
          bias: tensor([4], "b"),
          activation,
        });
      // XNNPACK knows no elu.
      if (activation !== "elu") await same(`fused.conv2d ${activation}`, conv, tolerance(40));
    }
  });

  test("registered: what the engine cannot do goes to the kernel that was there", async () => {
    const x = () => tensor<tf.Rank.R4>([2, 7, 7, 3], "x");
    const w = () => tensor<tf.Rank.R4>([3, 3, 3, 4], "w");
    await same("dilations", () => tf.conv2d(x(), w(), 1, "same", "NHWC", 2), tolerance(40));
    await same("depthwise", () => tf.depthwiseConv2d(x(), w(), 1, "same"), tolerance(40));
    await same("batches of matrices", () => {
      return tf.matMul(tensor([3, 2, 4], "a"), tensor([3, 4, 5], "b"));
    }, tolerance(8));
    await same("int32 sum", () => tf.sum(tf.tensor2d([[1, 2], [3, 4]], [2, 2], "int32"), 0), 0);
    assert.deepEqual(tf.tidy(() => tf.matMul(tf.zeros([0, 3]), tf.zeros([3, 2])).shape), [0, 2]);
    assert.deepEqual(tf.tidy(() => tf.sum(tf.zeros([0, 3]), 0).shape), [3]);
  });

  test("registered: what has no number to compute on is refused before it is computed", () => {
    const zeros = (...shape: [number, number, number, number]): tf.Tensor4D => tf.zeros(shape);
    const filter = tf.ones([3, 3, 3, 4]) as tf.Tensor4D;
    const convolve = (x: tf.Tensor4D) => tf.conv2d(x, filter, 2, "valid");
    const cases: [RegExp, () => tf.Tensor][] = [
      [/Conv2D of \[2,1,1,3\] and \[3,3,3,4\] → \[2,0,0,4\]/, () => convolve(zeros(2, 1, 1, 3))],
      [/Conv2D/, () => convolve(zeros(0, 5, 5, 3))],
      [
        /Conv2DBackpropInput/,
        () => tf.conv2dTranspose(zeros(2, 0, 0, 4), filter, [2, 1, 1, 3], 2, "valid"),
      ],
      [/MaxPool/, () => tf.maxPool(zeros(2, 1, 1, 3), 3, 2, "valid")],
      [/AvgPool/, () => tf.avgPool(zeros(2, 1, 1, 3), 3, 2, "valid")],
      [/BatchMatMul of \[2,0\]/, () => tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 3]))],
    ];
    for (const [message, compute] of cases) {
      assert.throws(() => tf.tidy(compute), (error: Error) => {
        assert.match(error.message, message);
        assert.match(error.message, /expected no empty tensor/);
        return true;
      });
    }
    filter.dispose();
  });

  test("registered: a clone shares its tensor's data and outlives it", () => {
    const x = tensor([3, 4], "x"), text = tf.tensor(["a", "b"]);
    const clone = x.clone(), copied = text.clone();
    assert.equal(clone.dataId, x.dataId);
    x.dispose();
    const other = tf.fill([3, 4], 7); // would be written where x was, had it been freed
    assertClose(clone.dataSync(), values([3, 4], "x"), 0, "clone");
    assert.deepEqual([...copied.dataSync() as unknown as string[]], ["a", "b"]);
    const before = tf.memory().numDataBuffers;
    clone.dispose();
    assert.equal(tf.memory().numDataBuffers, before - 1, "freed with the last of the two");
    tf.dispose([other, text, copied]);
  });

  test("registered: undoing puts the kernels back that were there", (kernels) => {
    const during = replaceableKernels.map((name) => tf.getKernel(name, "wasm")?.kernelFunc);
    const undo = registerKernels(kernels);
    const twice = replaceableKernels.map((name) => tf.getKernel(name, "wasm")?.kernelFunc);
    const taken = (name: string) => (kernels.replaces as readonly string[]).includes(name);
    replaceableKernels.forEach((name, i) =>
      assert.equal(twice[i] !== during[i], taken(name), name)
    );
    undo();
    const after = replaceableKernels.map((name) => tf.getKernel(name, "wasm")?.kernelFunc);
    assert.deepEqual(after, during);
  });

  test("kernels find their tensors after the heap has grown", async (kernels) => {
    const heap = (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm;
    const [a, b] = [tensor([32, 48], "a"), tensor([48, 16], "b")];
    const want = await onCpu(() => tf.matMul(tensor([32, 48], "a"), tensor([48, 16], "b")));
    const [x, w] = [tensor<tf.Rank.R4>([1, 5, 5, 3], "x"), tensor<tf.Rank.R4>([3, 3, 3, 1], "w")];
    const shape = convShape(x.shape, w.shape, { strides: 1, pad: "same" })!;
    const y = await onCpu(() => {
      return tf.conv2d(
        tensor<tf.Rank.R4>([1, 5, 5, 3], "x"),
        tensor<tf.Rank.R4>([3, 3, 3, 1], "w"),
        1,
        "same",
      );
    });
    const kept: tf.Tensor[] = [];
    const sizes = new Set<number>();
    for (let i = 0; i < 12; i++) {
      assertClose(take(kernels.matMul(a, b, {}), [32, 16]), want, tolerance(48), `growth ${i}`);
      // To one channel: some engines read the filter itself.
      assertClose(
        take(kernels.conv2d(x, w, null, shape, false), [1, 5, 5, 1]),
        y,
        tolerance(27),
        "y",
      );
      sizes.add(heap.HEAPU8.buffer.byteLength);
      kept.push(tf.zeros([2 ** 21])); // 8 MB
    }
    // An output that does not fit makes the heap grow inside the kernel itself.
    const size = heap.HEAPU8.buffer.byteLength;
    const large = tf.ones([Math.ceil(size / 16 / 4), 16]);
    const result = kernels.reluGrad(large, large);
    assert.ok(heap.HEAPU8.buffer.byteLength > size, "the kernel's output made the heap grow");
    assertClose(take(result, large.shape).subarray(-3), [1, 1, 1], 0, "last values");
    assert.ok(sizes.size > 1, `expected the heap to grow, it stayed at ${[...sizes]} bytes`);
    tf.dispose([a, b, x, w, large, ...kept]);
  });
}
