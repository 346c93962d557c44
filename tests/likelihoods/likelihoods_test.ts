/** Every likelihood: hand values, normalisation, gradients, extremes, on every engine. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { likelihoods } from "../../lib/likelihoods/likelihoods.ts";
import {
  bitsPerDim,
  type LikelihoodName,
  likelihoodNames,
  unitOf,
  units,
} from "../../lib/likelihoods/units.ts";
import { RandomStream } from "../../lib/random.ts";
import { assertGradients } from "../assert_gradients.ts";
import { assertNear } from "../assert_near.ts";
import { eachEngine } from "../each_engine.ts";

const sigmoid = (l: number) => 1 / (1 + Math.exp(-l));
const draws = (shape: number[], name: string) =>
  tf.tensor(new RandomStream(5, name).normals(shape.reduce((a, b) => a * b)), shape);

/** The formulas of the papers, in double precision and one pixel at a time. */
const density: Record<LikelihoodName, (l: number, x: number, scale: number) => number> = {
  bernoulli: (l, x) => sigmoid(l) ** x * (1 - sigmoid(l)) ** (1 - x),
  "continuous-bernoulli": (l, x) => {
    const λ = sigmoid(l);
    const normaliser = Math.abs(λ - 0.5) < 1e-9 ? 2 : 2 * Math.atanh(1 - 2 * λ) / (1 - 2 * λ);
    return normaliser * λ ** x * (1 - λ) ** (1 - x);
  },
  gaussian: (l, x, σ) =>
    Math.exp(-(((x - sigmoid(l)) / σ) ** 2) / 2) / (σ * Math.sqrt(2 * Math.PI)),
  "discretized-logistic": (l, x, s) => {
    const at = (edge: number) => sigmoid((edge - sigmoid(l)) / s);
    const grey = Math.round(255 * x);
    return (grey === 255 ? 1 : at(x + 0.5 / 255)) - (grey === 0 ? 0 : at(x - 0.5 / 255));
  },
  mse: (l, x) => Math.exp(-((sigmoid(l) - x) ** 2)),
};

/** −log p of each pixel beside what the formula says of it. One row a pixel, so that nothing is summed. */
function nlls(name: LikelihoodName, logits: number[], x: number[], scale = 0.1): Float32Array {
  return tf.tidy(() =>
    likelihoods[name].nll(
      tf.tensor2d(logits, [logits.length, 1]),
      tf.tensor2d(x, [x.length, 1]),
      tf.tensor1d([Math.log(scale)]),
    ).dataSync<"float32">()
  );
}

for (const name of likelihoodNames) {
  await eachEngine(`${name}.nll() equals the formula, pixel by pixel`, () => {
    const logits = [-6, -2, -0.499, -0.501, -1e-4, 0, 1e-6, 0.3, 0.51, 1.7, 5];
    for (const grey of [0, 1, 77, 128, 254, 255]) {
      const x = logits.map(() => grey / 255);
      const wanted = logits.map((l) => -Math.log(density[name](l, grey / 255, 0.1)));
      assertNear(nlls(name, logits, x), wanted, { absolute: 2e-5, relative: 1e-5 }, `grey ${grey}`);
    }
  });

  await eachEngine(`${name}.nll() sums over pixels and channels, or takes their mean`, () => {
    const { nll, scale } = likelihoods[name], { unit } = units[name];
    tf.tidy(() => {
      const outputs = draws([3, 2, 4, 2], "outputs"), x = draws([3, 2, 4, 2], "x").sigmoid();
      const logScale = tf.tensor1d(scale?.perChannel ? [-1, -2] : [-1]);
      const got = nll(outputs, x, logScale);
      assert.deepEqual(got.shape, [3]);
      const greys = x.dataSync(), scales = Array.from(logScale.dataSync(), Math.exp);
      const each = Array.from(
        outputs.dataSync(),
        (l, i) => -Math.log(density[name](l, greys[i], scales[scale?.perChannel ? i % 2 : 0])),
      );
      const sums = [0, 1, 2].map((row) =>
        each.slice(16 * row, 16 * (row + 1)).reduce((a, b) => a + b) /
        (unit === "per pixel" ? 16 : 1)
      );
      assertNear(got.dataSync(), sums, { relative: 1e-5, absolute: 1e-5 });
    });
  });

  await eachEngine(`${name}.nll() gradients equal finite differences`, () => {
    const { nll, scale } = likelihoods[name];
    tf.tidy(() => {
      const outputs = draws([2, 3, 1, 2], "outputs").mul(2);
      const x = tf.tensor4d([0, 1, 0.3, 1, 0.5, 0, 0.1, 0.9, 1, 1, 0, 0.7], [2, 3, 1, 2]);
      const logScale = tf.tensor1d(scale?.perChannel ? [-0.7, -1.3] : [-0.7]);
      const inputs = scale ? [outputs, logScale] : [outputs];
      assertGradients((l, s) => nll(l, x, s as unknown as tf.Tensor1D), inputs);
      // Images count by their own share of what comes from above.
      const weights = tf.tensor1d([2, -3]);
      assertGradients(
        (l, s) => nll(l, x, s as unknown as tf.Tensor1D).mul(weights) as tf.Tensor1D,
        inputs,
      );
    });
  });

  await eachEngine(`${name}.nll() and its gradients are numbers at every extreme`, () => {
    const { nll, scale } = likelihoods[name];
    tf.tidy(() => {
      const rows = [-1e4, -100, -88.8, 0, 88.8, 100, 1e4].flatMap((l) =>
        [0, 0.5, 1].flatMap((x) => [-9, 0, 2].map((logScale) => ({ l, x, logScale })))
      );
      for (const { l, x, logScale } of rows) {
        const term = (l: tf.Tensor, s: tf.Tensor) =>
          nll(l, tf.tensor2d([[x]]), s as tf.Tensor1D).sum() as tf.Scalar;
        const learned = scale ? [tf.tensor1d([logScale])] : [];
        const inputs = [tf.tensor2d([[l]]), ...learned];
        const { value, grads } = tf.valueAndGrads(term as (...t: tf.Tensor[]) => tf.Scalar)(inputs);
        for (const number of [value, ...grads].flatMap((tensor) => [...tensor.dataSync()])) {
          assert.ok(Number.isFinite(number), `l ${l}, x ${x}, log scale ${logScale}: ${number}`);
        }
      }
    });
  });

  await eachEngine(`${name}.mean() is E[x], and stays in [0, 1]`, () => {
    const logits = [-1e4, -100, -6, -0.501, -0.499, -1e-5, 0, 1e-5, 0.6, 3, 100, 1e4];
    const means = tf.tidy(() => likelihoods[name].mean(tf.tensor1d(logits)).dataSync());
    const integral = (l: number) => {
      if (likelihoods[name].meanActivation === "sigmoid") return sigmoid(l);
      // E[x] of the density exp(l·x), by the midpoints of thin slices.
      const slices = Array.from({ length: 20_000 }, (_, i) => (i + 0.5) / 20_000);
      const weights = slices.map((x) => Math.exp(l * (l > 0 ? x - 1 : x)));
      const total = weights.reduce((a, b) => a + b);
      return weights.reduce((sum, weight, i) => sum + weight * slices[i], 0) / total;
    };
    assertNear(means, logits.map(integral), { absolute: 3e-5 });
  });

  await eachEngine(`${name}.nll() leaves only its result behind`, () => {
    const logits = draws([2, 3], "logits"), x = draws([2, 3], "x"), logScale = tf.tensor1d([-1]);
    const before = tf.memory().numTensors;
    likelihoods[name].nll(logits, x, logScale).dispose();
    likelihoods[name].mean(logits).dispose();
    likelihoods[name].logPartition?.(logits).dispose();
    assert.equal(tf.memory().numTensors, before);
    tf.dispose([logits, x, logScale]);
  });
}

/** Σ p(x), or its integral by Simpson's rule. */
function total(name: LikelihoodName, l: number, scale: number, x: number[], weights: number[]) {
  const values = nlls(name, x.map(() => l), x, scale);
  return values.reduce((sum, nll, i) => sum + weights[i] * Math.exp(-nll), 0);
}

await eachEngine("discretizedLogistic: the probabilities of the 256 greys sum to 1", () => {
  const greys = Array.from({ length: 256 }, (_, i) => i / 255);
  for (const l of [-100, -5, -1, 0, 0.3, 4, 100]) {
    for (const scale of [1e-4, 0.002, 0.05, 0.3, 5]) {
      const sum = total("discretized-logistic", l, scale, greys, greys.map(() => 1));
      // Where the scale is a hundred times the interval, 256 logarithms of small probabilities are rounded.
      assertNear([sum], [1], { absolute: 2e-4 }, `l ${l}, scale ${scale}`);
    }
  }
});

await eachEngine("continuousBernoulli and gaussian: the density integrates to 1", () => {
  const simpson = (from: number, to: number, steps: number) => {
    const h = (to - from) / steps;
    return {
      x: Array.from({ length: steps + 1 }, (_, i) => from + i * h),
      weights: Array.from(
        { length: steps + 1 },
        (_, i) => (i === 0 || i === steps ? 1 : i % 2 ? 4 : 2) * h / 3,
      ),
    };
  };
  for (const l of [-8, -0.51, -0.3, 0, 1e-3, 0.6, 3]) {
    const unit = simpson(0, 1, 1000), line = simpson(-2, 3, 2000);
    const one = total("continuous-bernoulli", l, 1, unit.x, unit.weights);
    assertNear([one], [1], { absolute: 1e-4 }, `continuous Bernoulli, l ${l}`);
    const other = total("gaussian", l, 0.2, line.x, line.weights);
    assertNear([other], [1], { absolute: 1e-4 }, `Gaussian, l ${l}`);
  }
});

await eachEngine("bernoulli.nll() is 784 ln 2 for zero logits, whatever the image", () => {
  tf.tidy(() => {
    const x = tf.tensor2d([new Array(784).fill(0), new Array(784).fill(1)]);
    const nll = likelihoods.bernoulli.nll(tf.zeros([2, 784]), x).dataSync();
    // A float32 sum of 784 terms of one sign, each rounded to 1e-7 of itself.
    assertNear(nll, [784 * Math.LN2, 784 * Math.LN2], { relative: 3e-6 });
  });
});

await eachEngine(
  "discretizedLogistic.nll() is right in the tail, where a difference of sigmoids is 0",
  () => {
    // A hundred scales above the mean: p = e^−100 (e^½w − e^−½w), w being the interval's width in scales.
    const x = 250 / 255, scale = (x - 0.5) / 100, width = 1 / (255 * scale);
    const wanted = 100 - Math.log(2 * Math.sinh(width / 2));
    assertNear(nlls("discretized-logistic", [0], [x], scale), [wanted], { relative: 1e-5 });
  },
);

await eachEngine("gaussian.nll() is lowest where σ² is the mean squared error", () => {
  tf.tidy(() => {
    const x = tf.tensor2d([[0.5, 0.8, 0.1, 0.6]]), outputs = tf.zeros([1, 4]);
    const error = (0 + 0.09 + 0.16 + 0.01) / 4;
    const slope = tf.grad((s) => likelihoods.gaussian.nll(outputs, x, s as tf.Tensor1D).sum());
    assertNear(slope(tf.tensor1d([Math.log(error) / 2])).dataSync(), [0], { absolute: 1e-5 });
  });
});

await eachEngine("logPartition makes the same number: A(l) − l·x", () => {
  tf.tidy(() => {
    const l = draws([4, 5], "l").mul(3), x = draws([4, 5], "x").sigmoid();
    for (
      const { logPartition, nll } of [likelihoods.bernoulli, likelihoods["continuous-bernoulli"]]
    ) {
      const terms = logPartition!(l).sub(l.mul(x)).sum(1).dataSync();
      assertNear(terms, nll(l, x).dataSync(), { absolute: 1e-5 });
    }
  });
});

Deno.test("nll() names both shapes where they differ", () => {
  const a = tf.zeros([2, 3]), b = tf.zeros([2, 4]);
  for (const name of likelihoodNames) {
    assert.throws(
      () => likelihoods[name].nll(a, b, tf.tensor1d([0])),
      { name: "OptionError", message: /nll: x: expected shape \[2, 3\], got \[2, 4\]$/ },
    );
  }
});

Deno.test("bitsPerDim() is nats / (dims · ln 2), of a probability of greys alone", () => {
  const cifar = { treatment: "grey", inputShape: [32, 32, 3] } as const;
  const uniform = 3072 * Math.log(256);
  assertNear([bitsPerDim(uniform, { ...cifar, likelihood: "discretized-logistic" })!], [8], {
    relative: 1e-12,
  });
  for (const likelihood of ["bernoulli", "continuous-bernoulli", "gaussian", "mse"] as const) {
    assert.equal(bitsPerDim(uniform, { ...cifar, likelihood }), null);
  }
  // A probability, but of two greys.
  const threshold = { ...cifar, treatment: "threshold", likelihood: "bernoulli" } as const;
  assert.equal(bitsPerDim(uniform, threshold), null);
});

Deno.test("unitOf() says unit, treatment, likelihood, and whether it is one", () => {
  assert.equal(
    unitOf({ likelihood: "bernoulli", treatment: "threshold" }),
    "nats per image, threshold pixels, Bernoulli (log-probability)",
  );
  assert.equal(
    unitOf({ likelihood: "bernoulli", treatment: "grey" }),
    "nats per image, grey pixels, Bernoulli (no likelihood)",
  );
  assert.equal(
    unitOf({ likelihood: "gaussian", treatment: "grey" }),
    "nats per image, grey pixels, Gaussian (log-density)",
  );
  assert.equal(
    unitOf({ likelihood: "mse", treatment: "grey" }),
    "per pixel, grey pixels, squared error",
  );
});
