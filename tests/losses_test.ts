import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import {
  analyticKl,
  bernoulliNll,
  logNormal,
  logPrior,
  monteCarloKl,
  squaredError,
} from "../lib/losses.ts";
import { reparameterize } from "../lib/models/model.ts";
import { RandomStream } from "../lib/random.ts";
import { assertNear } from "./assert_near.ts";
import { eachEngine } from "./each_engine.ts";
import { readGolden } from "./golden/formula.ts";

type Matrix = number[][];
interface GoldenTerm {
  value: number[];
  gradientOfSum: Record<string, Matrix>;
}
interface GoldenLosses {
  inputs: Record<"logits" | "x" | "mean" | "logVar" | "eps", Matrix>;
  bernoulliNll: GoldenTerm;
  squaredError: GoldenTerm;
  analyticKl: GoldenTerm;
  logNormal: GoldenTerm;
  monteCarloKl: GoldenTerm;
}
const golden = readGolden<GoldenLosses>("losses.json");

type Term = (...inputs: tf.Tensor2D[]) => tf.Tensor1D;
const matrix = (rows: Matrix) => tf.tensor2d(rows);
const draws = (rows: number, columns: number, name: string) =>
  tf.tensor2d(new RandomStream(5, name).normals(rows * columns), [rows, columns]);
/** At one draw, from mean and logVar alone: z carries their gradient. */
const klAtDraw = (eps: tf.Tensor2D): Term => (mean, logVar) =>
  monteCarloKl(reparameterize(mean, logVar, eps), logVar, eps);

// ---- hand values ----

await eachEngine("bernoulliNll() is 784 ln 2 for zero logits, whatever the image", () => {
  tf.tidy(() => {
    const x = tf.tensor2d([new Array(784).fill(0), new Array(784).fill(1)]);
    const nll = bernoulliNll(tf.zeros([2, 784]), x).dataSync();
    // A float32 sum of 784 terms of one sign, each rounded to 1e-7 of itself.
    assertNear(nll, [784 * Math.LN2, 784 * Math.LN2], { relative: 3e-6 });
  });
});

await eachEngine("bernoulliNll() sums over all axes but the first", () => {
  tf.tidy(() => {
    const nll = bernoulliNll(tf.zeros([3, 2, 4, 1]), tf.ones([3, 2, 4, 1]));
    assert.deepEqual(nll.shape, [3]);
    assertNear(nll.dataSync(), new Array(3).fill(8 * Math.LN2), { relative: 1e-6 });
  });
});

await eachEngine("bernoulliNll() equals −log of the probability", () => {
  tf.tidy(() => {
    // Sigmoid(ln 3) is ¾: a right guess costs −ln ¾, a wrong one −ln ¼.
    const nll = bernoulliNll(tf.fill([2, 1], Math.log(3)), tf.tensor2d([[1], [0]])).dataSync();
    assertNear(nll, [-Math.log(0.75), -Math.log(0.25)], { relative: 1e-6 });
  });
});

await eachEngine("squaredError() is the mean over pixels of the pixel means' error", () => {
  tf.tidy(() => {
    const error = squaredError(tf.zeros([1, 2, 2, 1]), tf.tensor4d([1, 0, 0.5, 1], [1, 2, 2, 1]));
    assertNear(error.dataSync(), [3 / 16], { relative: 1e-6 });
  });
});

await eachEngine("analyticKl() equals hand values", () => {
  tf.tidy(() => {
    const mean = tf.tensor2d([[1, 0], [0, 2]]), logVar = tf.tensor2d([[0, 1], [0, 0]]);
    const kl = analyticKl(mean, logVar).dataSync();
    assertNear(kl, [0.5 + (Math.E - 2) / 2, 2], { relative: 1e-6 });
  });
});

await eachEngine("logNormal() equals hand values", () => {
  tf.tidy(() => {
    const z = tf.tensor2d([[0, 0], [3, 0]]), mean = tf.tensor2d([[0, 0], [1, 0]]);
    const logVar = tf.tensor2d([[0, 0], [Math.log(4), 0]]);
    const wanted = [-Math.log(2 * Math.PI), -Math.log(2 * Math.PI) - Math.log(2) - 0.5];
    assertNear(logNormal(z, mean, logVar).dataSync(), wanted, { relative: 1e-6 });
  });
});

// ---- gradients against finite differences ----

/**
 * Each input's gradient of the sum against central differences. The step of 1/64 keeps the rounding
 * of float32 (about 1e-5 here) and the curvature's share (about 1e-4) both under the tolerance.
 */
function assertGradients(term: Term, inputs: tf.Tensor2D[]) {
  tf.tidy(() => {
    const sum = (...tensors: tf.Tensor[]) => term(...tensors as tf.Tensor2D[]).sum() as tf.Scalar;
    const gradients = tf.grads(sum)(inputs);
    inputs.forEach((input, k) => {
      const step = 1 / 64, values = input.dataSync();
      const at = (i: number, shift: number) => {
        const shifted = Float32Array.from(values);
        shifted[i] += shift;
        const replaced = inputs.map((other, j) =>
          j === k ? tf.tensor(shifted, input.shape) : other
        );
        return sum(...replaced).dataSync()[0];
      };
      const differences = values.map((_, i) => (at(i, step) - at(i, -step)) / (2 * step));
      const tolerance = { absolute: 2e-3, relative: 2e-3 };
      assertNear(gradients[k].dataSync(), differences, tolerance, `gradient ${k}`);
    });
  });
}

await eachEngine("bernoulliNll() gradient equals finite differences", () => {
  const x = tf.tensor2d([[0, 1, 0.3], [1, 1, 0]]);
  assertGradients((logits) => bernoulliNll(logits, x), [draws(2, 3, "logits")]);
});

await eachEngine("squaredError() gradient equals finite differences", () => {
  const x = tf.tensor2d([[0, 1, 0.3], [1, 1, 0]]);
  assertGradients((logits) => squaredError(logits, x), [draws(2, 3, "logits")]);
});

await eachEngine("KL and log densities: gradients equal finite differences", () => {
  const [z, mean, logVar, eps] = ["z", "mean", "logVar", "eps"].map((name) => draws(2, 3, name));
  assertGradients(analyticKl as Term, [mean, logVar]);
  assertGradients(logNormal as Term, [z, mean, logVar]);
  assertGradients(logPrior as Term, [z]);
  assertGradients(klAtDraw(eps), [mean, logVar]);
});

// ---- properties ----

await eachEngine("analyticKl() is 0 at the prior and positive elsewhere", () => {
  tf.tidy(() => {
    assert.deepEqual([...analyticKl(tf.zeros([3, 4]), tf.zeros([3, 4])).dataSync()], [0, 0, 0]);
    for (const kl of analyticKl(draws(50, 4, "mean"), draws(50, 4, "logVar")).dataSync()) {
      assert.ok(kl > 0, `KL ${kl}`);
    }
  });
});

await eachEngine("monteCarloKl() equals logNormal() − logPrior(), draw by draw", () => {
  tf.tidy(() => {
    const [mean, logVar, eps] = ["mean", "logVar", "eps"].map((name) => draws(20, 3, name));
    const z = reparameterize(mean, logVar, eps);
    const wanted = logNormal(z, mean, logVar).sub(logPrior(z)).dataSync();
    assertNear(monteCarloKl(z, logVar, eps).dataSync(), wanted, { absolute: 1e-4 });
  });
});

await eachEngine("monteCarloKl() has the analytic KL as its mean", () => {
  tf.tidy(() => {
    const count = 20_000;
    const mean = tf.tile(tf.tensor2d([[0.7, -1.2]]), [count, 1]);
    const logVar = tf.tile(tf.tensor2d([[-1.5, 0.4]]), [count, 1]);
    const eps = draws(count, 2, "eps");
    const estimate = monteCarloKl(reparameterize(mean, logVar, eps), logVar, eps);
    const { mean: average, variance } = tf.moments(estimate);
    const standardError = Math.sqrt(variance.dataSync()[0] / count);
    const wanted = analyticKl(mean.slice(0, 1), logVar.slice(0, 1)).dataSync();
    // Four standard errors, about 0.05 nats: a fixed seed either passes always or never.
    assertNear([average.dataSync()[0]], wanted, { absolute: 4 * standardError });
    assert.ok(4 * standardError < 0.06, `standard error ${standardError}`);
  });
});

await eachEngine("bernoulliNll() stays finite for any logit, and so does its gradient", () => {
  tf.tidy(() => {
    const logits = tf.tensor2d([[1e4, -1e4, 88.8, -103.9]]), x = tf.tensor2d([[0, 1, 1, 0]]);
    assertNear(bernoulliNll(logits, x).dataSync(), [2e4], { relative: 1e-6 });
    const gradient = tf.grad((l) => bernoulliNll(l, x).sum())(logits).dataSync();
    assertNear(gradient, [1, -1, 0, 0], { absolute: 1e-6 });
  });
});

Deno.test("loss terms name both shapes where they differ", () => {
  const a = tf.zeros([2, 3]) as tf.Tensor2D, b = tf.zeros([2, 4]) as tf.Tensor2D;
  assert.throws(() => bernoulliNll(a, b), /bernoulliNll: x: expected shape \[2, 3\], got \[2, 4\]/);
  assert.throws(
    () => analyticKl(a, b),
    /analyticKl: logVar: expected shape \[2, 3\], got \[2, 4\]/,
  );
});

await eachEngine("loss terms leave only their result behind", () => {
  const logits = draws(2, 3, "logits"), x = draws(2, 3, "x"), eps = draws(2, 3, "eps");
  const before = tf.memory().numTensors;
  for (
    const term of [
      bernoulliNll(logits, x),
      squaredError(logits, x),
      analyticKl(logits, x),
      logNormal(logits, x, eps),
      monteCarloKl(logits, x, eps),
    ]
  ) term.dispose();
  assert.equal(tf.memory().numTensors, before);
  tf.dispose([logits, x, eps]);
});

// ---- golden numbers from TensorFlow ----

/** Float32 sums of a dozen terms in another order; the sizes are up to 300. */
const rounding = { absolute: 2e-5, relative: 1e-5 };

function assertGolden(
  name: string,
  term: Term,
  inputs: Record<string, Matrix>,
  wanted: GoldenTerm,
) {
  tf.tidy(() => {
    const tensors = Object.values(inputs).map(matrix);
    assertNear(term(...tensors).dataSync(), wanted.value, rounding, name);
    const gradients = tf.grads((...t) => term(...t as tf.Tensor2D[]).sum() as tf.Scalar)(tensors);
    Object.keys(inputs).forEach((input, k) => {
      const gradient = wanted.gradientOfSum[input].flat();
      assertNear(gradients[k].dataSync(), gradient, rounding, `${name}, gradient in ${input}`);
    });
  });
}

await eachEngine("loss terms and their gradients equal TensorFlow's", () => {
  const { logits, x, mean, logVar, eps } = golden.inputs;
  const target = matrix(x);
  assertGolden("bernoulliNll", (l) => bernoulliNll(l, target), { logits }, golden.bernoulliNll);
  assertGolden("squaredError", (l) => squaredError(l, target), { logits }, golden.squaredError);
  assertGolden("analyticKl", analyticKl as Term, { mean, logVar }, golden.analyticKl);
  assertGolden("logNormal", logNormal as Term, { z: eps, mean, logVar }, golden.logNormal);
  assertGolden("monteCarloKl", klAtDraw(matrix(eps)), { mean, logVar }, golden.monteCarloKl);
});
