/**
 * The tests that every engine of training kernels has to pass: each kernel against tfjs's own `cpu`
 * backend (plain JavaScript), for the layers of the tutorials and for odd shapes.
 */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import type { ConvShape, TrainingKernels } from "../../lib/compute/kernels.ts";
import { convShape } from "../../lib/compute/layers/conv_shape.ts";
import { sizeOf } from "../../lib/compute/wasm_heap.ts";
import { RandomStream } from "../../lib/random.ts";
import { type ConvCase, layers, oddShapes, sweptShapes } from "./conv_cases.ts";

export interface Engine {
  name: string;
  open(): TrainingKernels;
  /** Why the engine cannot be tested here, or null. */
  skip: string | null;
}

export const values = (shape: number[], name: string): Float32Array<ArrayBuffer> => {
  const random = new RandomStream(sizeOf(shape), name);
  return Float32Array.from({ length: sizeOf(shape) }, () => 2 * random.uniform() - 1);
};

/** What the `cpu` backend has computed already: it is slow, and the same for every engine. */
const computed = new Map<string, Promise<Float32Array>>();
function once(key: string, compute: () => Promise<Float32Array>): Promise<Float32Array> {
  return computed.get(key) ?? computed.set(key, compute()).get(key)!;
}

/** Runs on tfjs's `cpu` backend; the result as an array. */
export async function onCpu(compute: () => tf.Tensor): Promise<Float32Array> {
  await tf.setBackend("cpu");
  try {
    return tf.tidy(() => compute().dataSync() as Float32Array).slice();
  } finally {
    await tf.setBackend("wasm");
  }
}

/**
 * Values are in [−1, 1], so a sum of n products is of size √n, and summed in another order in
 * float32 it moves by about √n units of 2⁻²⁴ of that: 2⁻²⁴ n. A factor of 8 is left for the largest
 * of many elements; a wrong index or sign shows as an error of order 1.
 */
export const tolerance = (n: number): number => 8 * 2 ** -24 * Math.max(n, 16);

export function assertClose(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  most: number,
  what: string,
) {
  assert.equal(got.length, want.length, `${what}: length`);
  for (let i = 0; i < want.length; i++) {
    // Written so that NaN fails.
    if (!(Math.abs(got[i] - want[i]) <= most)) {
      assert.fail(`${what}: element ${i} is ${got[i]}, expected ${want[i]} ± ${most}`);
    }
  }
}

/** Reads and frees a kernel's result, whose shape must be the wanted one. */
export function take(result: tf.TensorInfo, shape: number[]): Float32Array {
  assert.deepEqual(result.shape, shape);
  const tensor = tf.engine().makeTensorFromTensorInfo(result);
  const read = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return read;
}

const shapeOf = ({ batch, input, filter, strides, pad }: ConvCase): ConvShape =>
  convShape([batch, ...input], [filter[0], filter[1], input[2], filter[2]], { strides, pad })!;

async function checkConvolution(kernels: TrainingKernels, one: ConvCase): Promise<void> {
  const shape = shapeOf(one);
  const { batch, outHeight, outWidth, inChannels, outChannels } = shape;
  const xShape: [number, number, number, number] = [batch, ...one.input];
  const yShape: [number, number, number, number] = [batch, outHeight, outWidth, outChannels];
  const wShape: typeof xShape = [one.filter[0], one.filter[1], inChannels, outChannels];
  const [x, dy, w] = [values(xShape, "x"), values(yShape, "dy"), values(wShape, "w")];
  const [bIn, bOut] = [values([inChannels], "bias"), values([outChannels], "bias")];
  const taps = one.filter[0] * one.filter[1];
  const what = JSON.stringify(one);

  const forward = (x: tf.Tensor, w: tf.Tensor) =>
    tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, one.strides, one.pad);
  const y = await once(
    `y ${what}`,
    () => onCpu(() => forward(tf.tensor(x, xShape), tf.tensor(w, wShape))),
  );
  const gradients = await once(`gradients ${what}`, () =>
    onCpu(() => {
      const both = tf.grads(forward)(
        [tf.tensor(x, xShape), tf.tensor(w, wShape)],
        tf.tensor(dy, yShape),
      );
      return tf.concat(both.map((gradient) => gradient.flatten()));
    }));
  const [dx, dw] = [gradients.subarray(0, x.length), gradients.subarray(x.length)];
  const plus = (values: Float32Array, bias: Float32Array) =>
    values.map((value, i) => value + bias[i % bias.length]);
  const relu = (values: Float32Array) => values.map((value) => Math.max(value, 0));

  const tensors = [
    tf.tensor(x, xShape),
    tf.tensor(dy, yShape),
    tf.tensor(w, wShape),
    tf.tensor(bIn),
    tf.tensor(bOut),
  ];
  const [tx, tdy, tw, tbIn, tbOut] = tensors;
  for (const [bias, activate] of [[false, false], [true, false], [true, true], [false, true]]) {
    const finish = (values: Float32Array, b: Float32Array) => {
      const sum = bias ? plus(values, b) : values;
      return activate ? relu(sum) : sum;
    };
    const label = `${what} bias ${bias} relu ${activate}`;
    assertClose(
      take(kernels.conv2d(tx, tw, bias ? tbOut : null, shape, activate), yShape),
      finish(y, bOut),
      tolerance(taps * inChannels),
      `conv2d ${label}`,
    );
    assertClose(
      take(kernels.conv2dBackpropInput(tdy, tw, bias ? tbIn : null, shape, activate), xShape),
      finish(dx, bIn),
      tolerance(taps * outChannels),
      `conv2dBackpropInput ${label}`,
    );
  }
  const gradient = kernels.conv2dBackpropFilter(tx, tdy, shape, true);
  const pixels = batch * outHeight * outWidth;
  assertClose(take(gradient.filter, wShape), dw, tolerance(pixels), `conv2dBackpropFilter ${what}`);
  const db = new Float32Array(outChannels);
  dy.forEach((value, i) => db[i % outChannels] += value);
  assertClose(take(gradient.bias!, [outChannels]), db, tolerance(pixels), `bias gradient ${what}`);
  const without = kernels.conv2dBackpropFilter(tx, tdy, shape, false);
  assert.equal(without.bias, null);
  take(without.filter, wShape);
  tf.dispose(tensors);
}

async function checkMatMul(kernels: TrainingKernels, m: number, k: number, n: number) {
  for (
    const [transposeA, transposeB] of [[false, false], [true, false], [false, true], [true, true]]
  ) {
    const [aShape, bShape] = [transposeA ? [k, m] : [m, k], transposeB ? [n, k] : [k, n]];
    const [a, b, bias] = [values(aShape, "a"), values(bShape, "b"), values([n], "bias")];
    const product = (withBias: boolean, activate: boolean) => {
      const ab = tf.matMul(tf.tensor(a, aShape), tf.tensor(b, bShape), transposeA, transposeB);
      const sum = withBias ? tf.add(ab, tf.tensor(bias)) : ab;
      return activate ? tf.relu(sum) : sum;
    };
    const tensors = [tf.tensor(a, aShape), tf.tensor(b, bShape), tf.tensor(bias)];
    for (const [withBias, relu] of [[false, false], [true, false], [true, true]]) {
      const key = `matMul ${m} ${k} ${n} ${transposeA} ${transposeB} ${withBias} ${relu}`;
      const want = await once(key, () => onCpu(() => product(withBias, relu)));
      const options = { transposeA, transposeB, bias: withBias ? tensors[2] : null, relu };
      const got = take(kernels.matMul(tensors[0], tensors[1], options), [m, n]);
      const label = `matMul ${m}x${k}x${n} ${JSON.stringify({ ...options, bias: withBias })}`;
      assertClose(got, want, tolerance(k), label);
    }
    tf.dispose(tensors);
  }
}

/** Registers the tests of all kernels for one engine. */
export function testKernels({ name, open, skip }: Engine): void {
  const test = (title: string, body: (kernels: TrainingKernels) => Promise<void> | void) =>
    Deno.test({
      name: skip ? `${name} ${title} (skipped: ${skip})` : `${name} ${title}`,
      ignore: skip !== null,
      async fn() {
        await tf.setBackend("wasm");
        await tf.ready();
        const kernels = open();
        const before = tf.memory().numTensors;
        try {
          await body(kernels);
          assert.equal(tf.memory().numTensors, before, "tensors left behind");
        } finally {
          kernels.dispose();
        }
      },
    });

  test("convolutions equal the cpu backend's for the layers of every preset", async (kernels) => {
    for (const one of layers) await checkConvolution(kernels, one);
  });

  test("convolutions equal the cpu backend's for odd shapes", async (kernels) => {
    for (const one of oddShapes) await checkConvolution(kernels, one);
  });

  test("convolutions equal the cpu backend's from one pixel to large images", async (kernels) => {
    for (const one of sweptShapes) await checkConvolution(kernels, one);
  });

  test("convolutions take a kernel larger than the image", async (kernels) => {
    const filter: [number, number, number] = [3, 3, 2];
    for (const input of [[1, 1, 3], [2, 1, 1]] as [number, number, number][]) {
      await checkConvolution(kernels, { batch: 2, input, filter, strides: [1, 1], pad: "same" });
      await checkConvolution(kernels, { batch: 2, input, filter, strides: [2, 2], pad: 2 });
    }
  });

  test("matMul() equals the cpu backend's for dense layers and odd sizes", async (kernels) => {
    const sizes = [[50, 784, 256], [50, 256, 4], [31, 2, 256], [3, 2304, 4], [16, 2, 1568]];
    const odd = [[1, 1, 1], [1, 7, 3], [9, 1, 2], [31, 5, 1], [32, 33, 17]];
    // A block has 256 rows.
    const many = [[257, 3, 4], [600, 5, 9]];
    for (const [m, k, n] of [...sizes, ...odd, ...many]) await checkMatMul(kernels, m, k, n);
  });

  test("matMul() names shapes that do not fit", (kernels) => {
    tf.tidy(() => {
      const [a, b] = [tf.zeros([2, 3]), tf.zeros([4, 5])];
      assert.throws(() => kernels.matMul(a, b, {}), /\[2,3\].*\[4,5\]/);
    });
  });

  test("reluGrad() passes dy where y > 0", (kernels) => {
    for (const shape of [[1], [7], [3, 5, 4, 9], [2, 28, 28, 32]]) {
      const [y, dy] = [values(shape, "y").map((v) => Math.max(v, 0)), values(shape, "dy")];
      const want = dy.map((value, i) => y[i] > 0 ? value : 0);
      const [ty, tdy] = [tf.tensor(y, shape), tf.tensor(dy, shape)];
      assertClose(take(kernels.reluGrad(ty, tdy), shape), want, 0, `reluGrad [${shape}]`);
      assertClose(tdy.dataSync(), dy, 0, "dy is left alone");
      tf.dispose([ty, tdy]);
    }
  });

  test("columnSum() sums all axes but the last", async (kernels) => {
    for (
      const shape of [[5], [1, 1], [31, 4], [1, 9], [3, 28, 28, 1], [2, 14, 14, 64], [32, 784]]
    ) {
      const x = values(shape, "x"), columns = shape.at(-1)!, rows = x.length / columns;
      const want = await onCpu(() => tf.sum(tf.tensor(x, [rows, columns]), 0));
      const tensor = tf.tensor(x, shape);
      const got = take(kernels.columnSum(tensor), [columns]);
      assertClose(got, want, tolerance(rows), `columnSum [${shape}]`);
      tensor.dispose();
    }
  });

  test("bernoulliNll() and its gradient equal the formula, at large logits too", (kernels) => {
    for (const shape of [[1, 1], [3, 7], [2, 28, 28, 1], [31, 5, 3, 1]]) {
      const rows = shape[0], columns = sizeOf(shape) / rows;
      const scale = [1, 10, 60];
      const logits = values(shape, "logits").map((value, i) => value * scale[i % 3]);
      const x = values(shape, "x").map((value, i) => i % 2 ? (value + 1) / 2 : Number(value > 0));
      const dy = values([rows], "dy");
      const nll = new Float64Array(rows);
      logits.forEach((l, i) => {
        nll[Math.floor(i / columns)] += Math.max(l, 0) - l * x[i] +
          Math.log1p(Math.exp(-Math.abs(l)));
      });
      const gradient = logits.map((l, i) =>
        (1 / (1 + Math.exp(-l)) - x[i]) * dy[Math.floor(i / columns)]
      );
      const tensors = [tf.tensor(logits, shape), tf.tensor(x, shape), tf.tensor(dy)];
      const [tl, tx, tdy] = tensors;
      const got = take(kernels.bernoulliNll(tl, tx), [rows]);
      // float32: terms of up to 60 with a relative error of 1e-7, and their sum's rounding.
      nll.forEach((want, i) => assertClose([got[i]], [want], 2e-6 * (1 + want), `nll [${shape}]`));
      const gotGradient = take(kernels.bernoulliNllGrad(tl, tx, tdy), shape);
      assertClose(gotGradient, gradient, 1e-6, `nll gradient [${shape}]`);
      tf.dispose(tensors);
    }
  });

  test("upsample() repeats pixels, and its gradient sums them", async (kernels) => {
    const cases: [number[], [number, number]][] = [
      [[2, 7, 7, 64], [2, 2]],
      [[1, 14, 14, 8], [2, 2]],
      [[3, 1, 5, 1], [1, 3]],
      [[31, 3, 2, 5], [3, 2]],
    ];
    for (const [shape, factor] of cases) {
      const [batch, height, width, channels] = shape;
      const large: [number, number] = [height * factor[0], width * factor[1]];
      const largeShape: [number, number, number, number] = [batch, ...large, channels];
      const [x, dy] = [values(shape, "x"), values(largeShape, "dy")];
      const resize = (x: tf.Tensor) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, large);
      const y = await onCpu(() => resize(tf.tensor(x, shape)));
      // By hand: the cpu backend's gradient is wrong for batches larger than one (tfjs 4.22).
      const dx = new Float64Array(x.length);
      dy.forEach((value, i) => {
        const channel = i % channels, pixel = Math.floor(i / channels);
        const column = Math.floor((pixel % large[1]) / factor[1]);
        const row = Math.floor(Math.floor(pixel / large[1]) % large[0] / factor[0]);
        const image = Math.floor(pixel / (large[0] * large[1]));
        dx[((image * height + row) * width + column) * channels + channel] += value;
      });
      const [tx, tdy] = [tf.tensor(x, shape), tf.tensor(dy, largeShape)];
      assertClose(take(kernels.upsample(tx, factor), largeShape), y, 0, `upsample [${shape}]`);
      const got = take(kernels.upsampleGrad(tdy, factor), shape);
      assertClose(got, dx, tolerance(factor[0] * factor[1]), `upsampleGrad [${shape}]`);
      tf.dispose([tx, tdy]);
    }
  });
}
