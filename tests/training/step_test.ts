/** What a step is computed of: input, target and noise of a batch, and the gradient of its mean loss. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { createImageSet } from "../../lib/data/image_set.ts";
import {
  batchGradient,
  evaluationBatch,
  type Moments,
  termWeights,
  trainingBatch,
  trainingStep,
} from "../../lib/training/step.ts";
import { Stepper } from "../../lib/training/stepper.ts";
import { trainingSchema } from "../../lib/models/training_settings.ts";
import { RandomStream } from "../../lib/random.ts";
import { assertNear } from "../assert_near.ts";
import { plainGradient, plainUpdate, tinyData, tinyModel, type Treatment } from "./plain_loop.ts";

await useBackend({ engine: "portable", threads: 1 });

/** Two images of 2×3 bytes, beside the threshold and at both ends. */
const two = createImageSet({
  name: "two",
  pixels: Uint8Array.of(127, 128, 0, 255, 1, 254, 51, 102, 204, 0, 0, 255),
  labels: new Uint8Array(2),
  shape: [2, 3, 1],
});
const both = { indices: Uint32Array.of(1, 0), epoch: 1, batch: 0 };

/** The numbers of what a function returns, whose tensors are disposed. */
function numbers(make: () => Record<"input" | "target" | "eps", tf.Tensor>) {
  const batch = make();
  const values = Object.entries(batch).map(([key, tensor]) => [key, [...tensor.dataSync()]]);
  tf.dispose(batch);
  return Object.fromEntries(values) as Record<"input" | "target" | "eps", number[]>;
}

function batchOf(
  treatment: Treatment,
  inputNoise: number,
  planned = both,
  part?: [number, number],
) {
  const model = tinyModel("vae", treatment);
  const [from, to] = part ?? [0, planned.indices.length];
  const values = numbers(() => trainingBatch(model, { inputNoise }, two, planned, { from, to }));
  model.dispose();
  return values;
}

Deno.test("trainingBatch() gives the treated images in the batch's order, as input and target", () => {
  const threshold = batchOf("threshold", 0);
  assert.deepEqual(threshold.target, [0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1]);
  assert.deepEqual(threshold.input, threshold.target);
  const grey = batchOf("grey", 0);
  const bytes = [51, 102, 204, 0, 0, 255, 127, 128, 0, 255, 1, 254];
  assertNear(grey.target, bytes.map((byte) => byte / 255), { absolute: 1e-7 });
  assert.deepEqual(grey.input, grey.target);
});

Deno.test("trainingBatch() throws dynamic coins anew every epoch, each with its grey as chance", () => {
  const model = tinyModel("vae", "dynamic");
  const sums = new Float64Array(12), epochs = 600;
  const seen = new Set<string>();
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const { target, input } = numbers(() =>
      trainingBatch(model, { inputNoise: 0 }, two, { ...both, epoch })
    );
    assert.ok(target.every((pixel) => pixel === 0 || pixel === 1));
    assert.deepEqual(input, target);
    target.forEach((pixel, i) => sums[i] += pixel);
    seen.add(target.join());
  }
  assert.ok(seen.size > 10, "the same coins at every epoch");
  const chances = [51, 102, 204, 0, 0, 255, 127, 128, 0, 255, 1, 254].map((byte) => byte / 255);
  // Five deviations of a mean of so many coins.
  assertNear(sums.map((sum) => sum / epochs), chances, { absolute: 5 * 0.5 / Math.sqrt(epochs) });
  model.dispose();
});

Deno.test("trainingBatch() puts noise on the input alone, cut off at 0 and 1, anew every epoch", () => {
  for (const treatment of ["threshold", "grey", "dynamic"] as const) {
    const { input, target } = batchOf(treatment, 0.25);
    assert.deepEqual(target, batchOf(treatment, 0).target, "the target stays clean");
    assert.ok(input.every((pixel) => pixel >= 0 && pixel <= 1));
    const [first, second] = [1, 0].map((index) => new RandomStream(3, "input noise", 1, index));
    const drawn = target.map((pixel, i) => {
      const noise = 0.25 * (i < 6 ? first : second).normal();
      return Math.min(1, Math.max(0, pixel + noise));
    });
    assertNear(input, drawn, { absolute: 1e-6 }, treatment);
    assert.notDeepEqual(batchOf(treatment, 0.25, { ...both, epoch: 2 }).input, input);
  }
});

Deno.test("trainingBatch() draws ε for each batch and epoch, N(0, 1)", () => {
  const { eps } = batchOf("grey", 0);
  assert.deepEqual(eps, [...new RandomStream(3, "noise", 1, 0).normals(4)]);
  const others = [
    batchOf("grey", 0, { ...both, batch: 1 }).eps,
    batchOf("grey", 0, { ...both, epoch: 2 }).eps,
  ];
  for (const other of others) assert.ok(other.every((value, i) => value !== eps[i]));
  const model = tinyModel("vae", "grey");
  const indices = new Uint32Array(5000);
  const many =
    numbers(() => trainingBatch(model, { inputNoise: 0 }, two, { ...both, indices })).eps;
  const mean = many.reduce((a, b) => a + b) / many.length;
  const variance = many.reduce((sum, value) => sum + value ** 2, 0) / many.length;
  assertNear([mean, variance], [0, 1], { absolute: 0.06 });
  model.dispose();
});

Deno.test("trainingBatch() of a part is that part of the whole batch", () => {
  const whole = batchOf("dynamic", 0.3);
  const parts = [[0, 1], [1, 2]].map(([from, to]) => batchOf("dynamic", 0.3, both, [from, to]));
  for (const key of ["input", "target", "eps"] as const) {
    assert.deepEqual(parts.flatMap((part) => part[key]), whole[key], key);
  }
});

Deno.test("evaluationBatch() has clean images, ε of its own for each batch, and no epoch", () => {
  const model = tinyModel("vae", "grey");
  const batch = (number: number) =>
    numbers(() => evaluationBatch(model, two, Uint32Array.of(0, 1), number));
  const { input, target, eps } = batch(0);
  assertNear(target, [...two.pixels].map((byte) => byte / 255), { absolute: 1e-7 });
  assert.deepEqual(input, target);
  assert.deepEqual(batch(0), { input, target, eps });
  assert.ok(batch(1).eps.every((value, i) => value !== eps[i]), "the same noise for each batch");
  // A stream of its own; with its first draw an importance-weighted bound is this number.
  assert.deepEqual(eps, [...new RandomStream(3, "evaluation", 0).normals(4)]);
  model.dispose();
});

const options = [
  { kl: "monte-carlo", inputNoise: 0, klWeight: 1 },
  { kl: "analytic", inputNoise: 0.4, klWeight: 0.3 },
  { kl: "monte-carlo", inputNoise: 0, klWeight: 0 },
] as const;

for (const { klWeight, ...training } of options) {
  Deno.test(`batchGradient() is the mean loss's: ${JSON.stringify({ ...training, klWeight })}`, () => {
    for (const kind of ["vae", "ae"] as const) {
      const model = tinyModel(kind, "grey");
      const w = model.variables().flatMap((variable) => [...variable.dataSync()]);
      const planned = { indices: Uint32Array.of(4, 0, 9), epoch: 2, batch: 1, klWeight, step: 1 };
      const wanted = plainGradient(model, training, w, tinyData.train, planned);
      tf.tidy(() => {
        const batch = trainingBatch(model, training, tinyData.train, planned);
        const { sums, gradients } = batchGradient(model, training, batch, termWeights(planned));
        assertNear(sums.dataSync(), wanted.sums, { relative: 1e-5, absolute: 1e-5 }, "sums");
        const got = gradients.flatMap((gradient) => [...gradient.dataSync()]);
        assertNear(got, wanted.g, { relative: 1e-4, absolute: 1e-6 }, "gradient");
      });
      model.dispose();
    }
  });
}

Deno.test("Stepper.gradients() of all parts add up to the batch's", () => {
  const model = tinyModel("vae", "grey"),
    settings = { kl: "monte-carlo", inputNoise: 0.2 } as const;
  const w = model.variables().flatMap((variable) => [...variable.dataSync()]);
  const planned = {
    indices: Uint32Array.of(4, 0, 9, 2, 7),
    epoch: 1,
    batch: 3,
    klWeight: 0.5,
    step: 1,
  };
  const { g, sums } = plainGradient(model, settings, w, tinyData.train, planned);
  const stepper = new Stepper(model, settings);
  const total = new Float64Array(w.length), terms = [0, 0, 0];
  for (const [from, to] of [[0, 2], [2, 2], [2, 5]]) {
    const out = new Float32Array(w.length).fill(NaN);
    const part = stepper.gradients(tinyData.train, planned, { from, to }, out);
    out.forEach((value, i) => total[i] += value);
    [part.reconstruction, part.kl, part.count].forEach((value, i) => terms[i] += value);
  }
  assertNear(total, g, { relative: 1e-4, absolute: 1e-6 }, "gradient");
  assertNear(terms, [...sums, 5], { relative: 1e-5 }, "sums and count");
  model.dispose();
});

for (const optimizer of ["adam", "rmsprop"] as const) {
  Deno.test(`trainingStep() walks the plain loop's path by ${optimizer}`, () => {
    const training = trainingSchema.parse({ optimizer, learningRate: 0.05 });
    const before = tf.memory().numTensors;
    const model = tinyModel("vae", "threshold"), variables = model.variables();
    const plain = {
      w: variables.flatMap((variable) => [...variable.dataSync()]),
      m: new Array<number>(variables.reduce((sum, { size }) => sum + size, 0)).fill(0),
      v: new Array<number>(variables.reduce((sum, { size }) => sum + size, 0)).fill(0),
    };
    const moments: Moments[] = variables.map(({ shape }) => ({
      m: tf.zeros(shape),
      v: tf.zeros(shape),
    }));
    for (let step = 1; step <= 3; step++) {
      const indices = Uint32Array.of(step, 5 * step, 0);
      const planned = { indices, epoch: 1, batch: step - 1, klWeight: 1, step };
      const { g, sums } = plainGradient(model, training, plain.w, tinyData.train, planned);
      plainUpdate(training, plain, g, step);
      const got = trainingStep(model, training, tinyData.train, planned, moments);
      assertNear(got.dataSync(), sums, { relative: 1e-4 }, `sums before step ${step}`);
      got.dispose();
    }
    const flat = (tensors: tf.Tensor[]) => tensors.flatMap((tensor) => [...tensor.dataSync()]);
    const near = { absolute: 1e-5, relative: 1e-4 };
    assertNear(flat(variables), plain.w, near, "weights");
    assertNear(flat(moments.map(({ m }) => m)), plain.m, near, "first moments");
    assertNear(flat(moments.map(({ v }) => v)), plain.v, { absolute: 1e-7, relative: 1e-3 }, "v");
    for (const { m, v } of moments) tf.dispose([m, v]);
    model.dispose();
    assert.equal(tf.memory().numTensors, before, "tensors left behind");
  });
}
