/** The explorer's bound, as far as it needs no browser: its numbers are those of `lib/`. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import type { Treatment } from "../../lib/data/batches.ts";
import { take } from "../../lib/data/image_set.ts";
import { digits } from "../../lib/data/digits.ts";
import { drawSet } from "../../lib/data/synthetic.ts";
import { iwaeBound } from "../../lib/evaluation/importance_bound.ts";
import { encodeAll } from "../../lib/latent/encode.ts";
import { exportModel } from "../../lib/latent/model_export.ts";
import { likelihoods } from "../../lib/likelihoods/likelihoods.ts";
import { vaeLikelihoodNames } from "../../lib/likelihoods/units.ts";
import { analyticKl, monteCarloKl } from "../../lib/losses.ts";
import type { Model } from "../../lib/models/model.ts";
import { dataFolder } from "../../lib/project.ts";
import { RandomStream } from "../../lib/random.ts";
import { loadRun } from "../../lib/training/checkpoint.ts";
import { explorerHtml } from "../../lib/visuals/explorer/explorer.ts";
import { columnsOf } from "../../lib/visuals/explorer/page/bound_table.ts";
import { binsOf } from "../../lib/visuals/explorer/page/histogram.ts";
import { roundUp } from "../../lib/visuals/explorer/page/loss_picture.ts";
import { openModel } from "../../lib/visuals/explorer/page/model.ts";
import { pixelLossOf } from "../../lib/visuals/explorer/page/pixel_loss.ts";
import { samplePosterior } from "../../lib/visuals/explorer/page/posterior_sample.ts";
import {
  createPixelLosses,
  drawnCode,
  draws,
  klOfDimensions,
  klOfDraw,
  negativeBound,
  noiseOf,
  total,
} from "../../lib/visuals/explorer/page/score.ts";
import { rankOf } from "../../lib/visuals/explorer/page/test_scores.ts";
import { contentsOf } from "./explorer_contents.ts";

const near = (got: number, wanted: number, within: number, what = "") =>
  assert.ok(Math.abs(got - wanted) <= within, `${what}: ${got}, wanted ${wanted}`);

for (const likelihood of vaeLikelihoodNames) {
  Deno.test(`pixelLossOf() is ${likelihood}.nll(), value by value and channel by channel`, async () => {
    await useBackend({ engine: "cpu" });
    const outputs = [-9, -2, -0.5, -1e-4, 0, 1e-6, 0.3, 2, 7];
    const logScale = likelihoods[likelihood].scale?.perChannel ? [-1.2, -3] : [-1.2];
    const lossOf = pixelLossOf({ likelihood, logScale });
    logScale.forEach((log, channel) => {
      for (const x of [0, 1 / 255, 77 / 255, 0.5, 254 / 255, 1]) {
        const wanted = tf.tidy(() =>
          likelihoods[likelihood].nll(
            tf.tensor2d(outputs, [outputs.length, 1]),
            tf.fill([outputs.length, 1], x),
            tf.tensor1d([log]),
          ).dataSync()
        );
        outputs.forEach((output, i) =>
          near(
            lossOf(output, x, channel),
            wanted[i],
            1e-4 * (1 + Math.abs(wanted[i])),
            `${output}, ${x}`,
          )
        );
      }
    });
  });
}

Deno.test("klOfDimensions() and klOfDraw() are the terms of lib/losses.ts", async () => {
  await useBackend({ engine: "cpu" });
  const [mean, logVar, eps] = ["m", "v", "e"].map((name) => new RandomStream(1, name).normals(5));
  const posterior = { mean, sigma: logVar.map((value) => Math.exp(value / 2)) };
  const z = drawnCode(posterior, eps);
  const [analytic, drawn] = tf.tidy(() => {
    const [m, v, e, point] = [mean, logVar, eps, z].map((values) => tf.tensor2d(values, [1, 5]));
    return [analyticKl(m, v).dataSync()[0], monteCarloKl(point, v, e).dataSync()[0]];
  });
  near(total(klOfDimensions(posterior)), analytic, 1e-5);
  near(klOfDraw(posterior, z, eps), drawn, 1e-5);
  near(klOfDimensions({ mean: [3], sigma: [1] })[0], 4.5, 1e-12);
});

/** What the page says of image `index`: −L_1 and −L_100 of the draws of a seed. */
async function boundsInPage(model: Model, treatment: Treatment, count: number, seed: number) {
  const set = await drawSet(digits, "test", count, 1);
  const codes = await encodeAll(model, set);
  const { html } = explorerHtml(await exportModel(model), { codes, originals: set });
  const contents = contentsOf(html);
  const [, base64] = html.match(/, "([A-Za-z0-9+/=]+)"\);\n\}\)\(\);/)!;
  const page = await openModel(contents, base64);
  const losses = createPixelLosses(page, contents.bound!, contents.imageShape[2]);
  const rows = [];
  for (let index = 0; index < count; index++) {
    const pixels = page.originalOf(index)!, code = page.encode(pixels)!;
    const posterior = { mean: code.mean, sigma: code.sigma! };
    const sample = await new Promise<ReturnType<typeof samplePosterior>>((done) => {
      const sample = samplePosterior(
        posterior,
        seed,
        (z) => total(losses(page.outputs(z), pixels)),
        () => {
          if (sample.logWeights.length === draws) done(sample);
        },
      );
    });
    const one = { ...set, count: 1, pixels: set.pixels.slice(index * 784, (index + 1) * 784) };
    const wanted = await iwaeBound(model, take(one, 1), { treatment, k: draws, count: 1, seed });
    rows.push({
      elbo: negativeBound(sample.logWeights, 1) + wanted.elbo,
      bound: negativeBound(sample.logWeights, draws) + wanted.bound,
      wanted,
    });
  }
  return rows;
}

// Weights as halves are off by hundredths of a nat, as signed bytes by tenths; sixteen greys by half a one.
const shipped: [string, Treatment, number][] = [
  ["conv-vae-fast-z2-seed1", "threshold", 0.05],
  ["dense-vae-z20-seed1-beta1", "threshold", 0.5],
  ["dense-vae-z2-seed1", "grey", 1.5],
];
for (const [name, treatment, tolerance] of shipped) {
  Deno.test(`samplePosterior() of ${name}: bounds of iwaeBound() for the same ε, within ${tolerance} nats`, async () => {
    await useBackend();
    const { model } = await loadRun(`${dataFolder}/pretrained/${name}`);
    const rows = await boundsInPage(model, treatment, 3, 7);
    for (const { elbo, bound, wanted } of rows) {
      assert.ok(Math.abs(elbo) <= tolerance && Math.abs(bound) <= tolerance, `${elbo}, ${bound}`);
      assert.ok(wanted.bound > wanted.elbo);
    }
    model.dispose();
  });
}

Deno.test("noiseOf() is a function of the seed alone, and that of iwaeBound()", () => {
  const [a, b, c] = [noiseOf(1, 3), noiseOf(1, 3), noiseOf(2, 3)];
  assert.deepEqual(a, b);
  assert.notDeepEqual(a[0], c[0]);
  assert.deepEqual([a.length, a[99].length], [100, 3]);
  const drawOf = (...position: number[]) =>
    new RandomStream(1, "evaluation", ...position).normals(3);
  assert.deepEqual([a[0], a[1], a[99]], [drawOf(0), drawOf(0, 1), drawOf(0, 99)]);
});

Deno.test("negativeBound() equals hand values and never rises with k", () => {
  const logWeights = [Math.log(1), Math.log(3), Math.log(2), Math.log(2)];
  near(negativeBound(logWeights, 2), -Math.log(2), 1e-12);
  near(negativeBound(logWeights, 1), -Math.log(12) / 4, 1e-12);
  const many = [...new RandomStream(1, "weights").normals(100)].map((value) => 5 * value - 150);
  const [one, ten, all] = [1, 10, 100].map((k) => negativeBound(many, k));
  assert.ok(one > ten && ten > all, `${one}, ${ten}, ${all}`);
});

Deno.test("columnsOf() sums the terms, and waits for all draws", () => {
  const terms = { kl: 6, atMean: 147, here: null, sample: null };
  assert.deepEqual(columnsOf(terms)[0].slice(0, 3), ["147.0", "6.0", "153.0"]);
  assert.equal(columnsOf({ ...terms, here: 171.25 })[1][0], "171.3");
  const half = { reconstructions: [148], logWeights: [-154] };
  assert.deepEqual(columnsOf({ ...terms, sample: half })[2], ["–", "–", "–", "–", "–"]);
  const reconstructions = Array.from({ length: draws }, (_, i) => i % 2 ? 150 : 146);
  const sample = { reconstructions, logWeights: reconstructions.map((value) => -value - 6) };
  const [reconstruction, kl, elbo] = columnsOf({ ...terms, sample })[2];
  assert.deepEqual([reconstruction, kl, elbo], ["148.0 ± 2.0", "6.0", "154.0"]);
});

Deno.test("rankOf() places a loss among others, its own or one more", () => {
  const scores = Array.from({ length: 1000 }, (_, i) => i / 10);
  assert.deepEqual(rankOf(87.2, scores, true), { rank: 873, of: 1000, percent: 87 });
  assert.deepEqual(rankOf(87.25, scores, false), { rank: 874, of: 1001, percent: 87 });
  assert.deepEqual(rankOf(1e9, scores, false), { rank: 1001, of: 1001, percent: 100 });
  assert.deepEqual(rankOf(-1, scores, false), { rank: 1, of: 1001, percent: 0 });
});

Deno.test("binsOf() cuts from the least loss to the 99th percentile", () => {
  const { from, step } = binsOf([...Array.from({ length: 100 }, (_, i) => 50 + i), 1e6]);
  near(from, 50, 0);
  near(step, 99 / 30, 1e-12);
});

Deno.test("roundUp() keeps one digit", () => {
  assert.deepEqual([0, 3.2, 4, 0.11, 91].map((value) => Number(roundUp(value).toPrecision(6))), [
    0,
    4,
    4,
    0.2,
    100,
  ]);
});
