/**
 * The training of the convolutional VAE on WebGPU against tfjs's `cpu` backend. A software adapter gives right
 * numbers too, so it will do here: Mesa's llvmpipe, or the one that Chromium brings, which Deno finds with
 *
 *     LD_LIBRARY_PATH=/usr/lib/chromium VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json
 */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { adamStep } from "../../lib/compute/flat/adam.ts";
import { useBackend } from "../../lib/compute/backend.ts";
import { rmspropStep } from "../../lib/compute/flat/rmsprop.ts";
import { timeEngine } from "../../lib/compute/trial.ts";
import { findAdapter } from "../../lib/compute/webgpu.ts";
import { bernoulli } from "../../lib/likelihoods/bernoulli.ts";
import { analyticKl } from "../../lib/losses.ts";
import { preset } from "../../lib/models/presets.ts";
import { batchGradient, termWeights, trainingBatch, update } from "../../lib/training/step.ts";
import { optimizerDefaults } from "../../lib/training/optimizer.ts";
import { assertNear } from "../assert_near.ts";
import { values } from "./kernel_cases.ts";

const adapter = await findAdapter(true).catch((error: Error) => error.message);

function test(title: string, body: () => Promise<void>): void {
  const skip = typeof adapter === "string" ? ` (skipped: ${adapter})` : ` on ${adapter.device}`;
  Deno.test({ name: `webgpu ${title}${skip}`, ignore: typeof adapter === "string", fn: body });
}

type Compute = () => tf.Tensor[];

async function runOn(engine: "cpu" | "webgpu", compute: Compute): Promise<Float32Array[]> {
  await useBackend({ engine });
  const tensors = tf.tidy(compute);
  const arrays = await Promise.all(tensors.map((tensor) => tensor.data()));
  tf.dispose(tensors);
  return arrays.map((array) => Float32Array.from(array));
}

/** Both backends' numbers, in float32 sums of some hundred terms of size 1. */
async function assertSame(what: string, compute: Compute): Promise<void> {
  const wanted = await runOn("cpu", compute), got = await runOn("webgpu", compute);
  assert.equal(tf.getBackend(), "webgpu");
  wanted.forEach((want, i) => {
    assertNear(got[i], want, { absolute: 2e-4, relative: 1e-5 }, `${what}, result ${i}`);
  });
}

const tensor = (shape: number[], name: string) => tf.tensor(values(shape, name), shape);

/** The value, and the gradients of Σ value · weight, for a weight without symmetries. */
function withGradients(forward: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]) {
  const y = forward(...inputs);
  return [y, ...tf.grads(forward)(inputs, tensor(y.shape, "dy"))];
}

test("conv2d() and its gradients equal the cpu backend's", async () => {
  const layers = [
    { x: [2, 28, 28, 1], filter: [3, 3, 1, 32], stride: 2, pad: "valid" },
    { x: [2, 13, 13, 32], filter: [3, 3, 32, 64], stride: 2, pad: "valid" },
    { x: [3, 7, 5, 3], filter: [3, 2, 3, 5], stride: 1, pad: "same" },
  ] as const;
  for (const { x, filter, stride, pad } of layers) {
    await assertSame(`conv2d of [${x}]`, () =>
      withGradients(
        (x, filter) => tf.relu(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad)),
        [tensor([...x], "x"), tensor([...filter], "filter")],
      ));
  }
});

test("conv2dTranspose() and its gradients equal the cpu backend's", async () => {
  const layers = [
    { x: [2, 7, 7, 32], filter: [3, 3, 64, 32], out: [2, 14, 14, 64], stride: 2 },
    { x: [1, 14, 14, 64], filter: [3, 3, 32, 64], out: [1, 28, 28, 32], stride: 2 },
    { x: [1, 28, 28, 32], filter: [3, 3, 1, 32], out: [1, 28, 28, 1], stride: 1 },
  ] as const;
  for (const { x, filter, out, stride } of layers) {
    await assertSame(`conv2dTranspose of [${x}]`, () =>
      withGradients(
        (x, filter) =>
          tf.conv2dTranspose(x as tf.Tensor4D, filter as tf.Tensor4D, [...out], stride, "same"),
        [tensor([...x], "x"), tensor([...filter], "filter")],
      ));
  }
});

test("a dense layer and its gradients equal the cpu backend's", async () => {
  for (const [rows, depth, columns] of [[5, 2304, 4], [5, 2, 1568], [3, 784, 256]]) {
    await assertSame(`dense ${depth} → ${columns}`, () =>
      withGradients(
        (x, weight, bias) => tf.relu(tf.add(tf.matMul(x, weight), bias)),
        [tensor([rows, depth], "x"), tensor([depth, columns], "w"), tensor([columns], "bias")],
      ));
  }
});

test("bernoulliNll(), analyticKl() and their gradients equal the cpu backend's", async () => {
  await assertSame("bernoulliNll", () => {
    const x = tf.cast(tf.greater(tensor([3, 28, 28, 1], "x"), 0), "float32");
    return withGradients(
      (logits) => bernoulli.nll(logits, x),
      [tf.mul(tensor([3, 28, 28, 1], "logits"), 20)],
    );
  });
  await assertSame("analyticKl", () =>
    withGradients(
      (mean, logVar) => analyticKl(mean as tf.Tensor2D, logVar as tf.Tensor2D),
      [tensor([5, 2], "mean"), tensor([5, 2], "logVar")],
    ));
});

for (const optimizer of ["adam", "rmsprop"] as const) {
  test(`update() walks ${optimizer}'s path of the plain loop`, async () => {
    await useBackend({ engine: "webgpu" });
    const shape = [7, 9], size = 63, learningRate = 1e-2, before = tf.memory().numTensors;
    const w = values(shape, "w"), [m, v] = [new Float32Array(size), new Float32Array(size)];
    // A copy: a tensor may keep the array it is made of, and the plain loop writes into it.
    const initial = tf.tensor(w.slice(), shape), variable = tf.variable(initial);
    initial.dispose();
    const moments = { m: tf.zeros(shape), v: tf.zeros(shape) };
    const step = async (number: number, g: Float32Array, batchSums: number[]) => {
      const gradient = tf.tensor(g, shape), sums = tf.tensor1d(batchSums);
      tf.tidy(() => {
        const finite = tf.all(tf.isFinite(sums));
        update(variable, gradient, moments, { optimizer, learningRate }, number, finite);
      });
      tf.dispose([gradient, sums]);
      const tolerance = { absolute: 1e-6, relative: 1e-5 };
      assertNear(await variable.data(), w, tolerance, `weights after step ${number}`);
      assertNear(await moments.m.data(), m, tolerance, `momentum after step ${number}`);
      assertNear(await moments.v.data(), v, tolerance, `velocity after step ${number}`);
    };
    for (let number = 1; number <= 4; number++) {
      // Where a gradient is tiny, epsilon decides; where it is zero, nothing may move.
      const g = values(shape, `gradient ${number}`).fill(0, 0, 3).fill(1e-6, 3, 6);
      const { adam, rmsprop } = optimizerDefaults;
      if (optimizer === "adam") {
        adamStep(w, g, m, v, { learningRate, ...adam, step: number }, 0, size);
      } else {
        rmspropStep(w, g, v, { learningRate, ...rmsprop }, 0, size);
      }
      await step(number, g, [100, 2]);
    }
    assert.deepEqual(
      [...w.slice(0, 3)],
      [...values(shape, "w").slice(0, 3)],
      "no gradient, no step",
    );
    // A batch whose sums are not finite changes nothing.
    await step(5, values(shape, "gradient 5"), [NaN, 2]);
    await step(5, values(shape, "gradient 5"), [100, Infinity]);
    tf.dispose([variable, moments.m, moments.v]);
    assert.equal(tf.memory().numTensors, before, "tensors left behind");
  });
}

test("a training step's loss and gradients equal the cpu backend's", async () => {
  const pixels = new Uint8Array(new SharedArrayBuffer(4 * 784));
  values([4 * 784], "images").forEach((value, i) => pixels[i] = 255 * Number(value > 0.5));
  const images = {
    name: "noise",
    pixels,
    labels: null,
    classNames: null,
    count: 4,
    height: 28,
    width: 28,
    channels: 1,
  };
  const planned = { indices: Uint32Array.of(2, 0, 3), epoch: 1, batch: 0, klWeight: 1 };
  await assertSame("training step", () => {
    const { build, training } = preset("conv-vae", { seed: 7 });
    const model = build();
    const batch = trainingBatch(model, training, images, planned);
    const { sums, gradients } = batchGradient(model, training, batch, termWeights(planned));
    model.dispose();
    return [sums, ...gradients];
  });
});

test("timeEngine() times it and comes back to the engine in use", async () => {
  await useBackend({ engine: "portable", threads: 1 });
  const before = tf.memory().numTensors;
  const speed = await timeEngine("webgpu", 1, 2); // a software adapter takes seconds for a whole batch
  assert.ok(speed > 0 && Number.isFinite(speed), `${speed} images/s`);
  assert.equal(tf.getBackend(), "wasm");
  assert.equal(tf.memory().numTensors, before);
});
