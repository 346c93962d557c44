import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { analyticKl, logNormal, logPrior, monteCarloKl } from "../lib/losses.ts";
import { likelihoods } from "../lib/likelihoods/likelihoods.ts";
import { reparameterize } from "../lib/models/model.ts";
import { RandomStream } from "../lib/random.ts";
import { assertNear } from "./assert_near.ts";
import { assertGradients, type Term } from "./assert_gradients.ts";
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

const matrix = (rows: Matrix) => tf.tensor2d(rows);
const draws = (rows: number, columns: number, name: string) =>
  tf.tensor2d(new RandomStream(5, name).normals(rows * columns), [rows, columns]);
/** At one draw, from mean and logVar alone: z carries their gradient. */
const klAtDraw = (eps: tf.Tensor2D): Term => (mean, logVar) =>
  monteCarloKl(reparameterize(mean, logVar, eps), logVar, eps);

// ---- hand values ----

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

Deno.test("loss terms name both shapes where they differ", () => {
  const a = tf.zeros([2, 3]) as tf.Tensor2D, b = tf.zeros([2, 4]) as tf.Tensor2D;
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
  const nlls = { bernoulliNll: likelihoods.bernoulli, squaredError: likelihoods.mse };
  for (const [name, { nll }] of Object.entries(nlls)) {
    assertGolden(name, (l) => nll(l, target), { logits }, golden[name as keyof typeof nlls]);
  }
  assertGolden("analyticKl", analyticKl as Term, { mean, logVar }, golden.analyticKl);
  assertGolden("logNormal", logNormal as Term, { z: eps, mean, logVar }, golden.logNormal);
  assertGolden("monteCarloKl", klAtDraw(matrix(eps)), { mean, logVar }, golden.monteCarloKl);
});
