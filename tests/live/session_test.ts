import assert from "node:assert/strict";
import { useBackend } from "../../lib/compute/backend.ts";
import type { LiveSettings, Log } from "../../lib/live/contents.ts";
import { follow } from "../../lib/live/replay.ts";
import { Session } from "../../lib/live/session.ts";
import { liveRecipe } from "../../lib/live/settings.ts";
import { advanceInNumbers } from "../../lib/live/step_numbers.ts";
import { preset } from "../../lib/models/presets.ts";
import { train } from "../../lib/training/train.ts";
import { settings } from "./small_settings.ts";
import { smallData, smallModel, smallTraining, weightsOf } from "../training/small_run.ts";

await useBackend({ engine: "portable", threads: 1 });

const begin = async (changes: Partial<LiveSettings> = {}) => {
  const { model, training } = liveRecipe({ ...settings, ...changes });
  return await Session.begin(model, { ...training, batchSize: 20 }, smallData);
};

/** What does not depend on the clock. */
const losses = ({ epoch, train, test }: { epoch: number; train: unknown; test: unknown }) => ({
  epoch,
  train,
  test,
});

Deno.test("Session trains as train() does: the same records and weights, to the bit", async () => {
  const session = await Session.begin(smallModel(), smallTraining, smallData);
  const wanted = smallModel();
  const options = { ...smallTraining, epochs: 2, workers: 1 };
  const records = await Array.fromAsync(train(wanted, smallData, options));
  const { batches } = session.position;
  for (let i = 0; i < 2 * batches; i++) await session.advance(1);
  assert.deepEqual(session.history.map(losses), records.map(losses));
  assert.deepEqual(await weightsOf(session.model), await weightsOf(wanted));
  assert.deepEqual(session.position, { epoch: 3, batch: 0, batches });
});

Deno.test("Session.advance() gives the batch's own loss", async () => {
  const session = await begin();
  const [first] = await session.advance(1), [second] = await session.advance(1);
  assert.ok(Math.abs(first.loss - session.history[0].test.loss) < 30, "an untrained model's");
  assert.ok(second.loss < first.loss - 1);
  assert.equal(first.loss, first.reconstruction + first.kl);
});

Deno.test("Session.advance() takes many steps as it takes one, and stops at an epoch's end", async () => {
  const [one, many] = [await begin(), await begin()];
  const losses = [];
  for (let i = 0; i < 8; i++) losses.push(...await one.advance(1));
  const taken = [await many.advance(3), await many.advance(20), await many.advance(3)];
  assert.deepEqual(taken.map(({ length }) => length), [3, 2, 3]);
  assert.deepEqual(taken.flat(), losses);
  assert.equal(await many.weightsHash(), await one.weightsHash());
  assert.deepEqual(many.position, one.position);
  assert.deepEqual(many.history.map(({ epoch }) => epoch), [0, 1]);
  const mean = losses.slice(0, 5).reduce((sum, { loss }) => sum + loss / 5, 0);
  assert.ok(
    Math.abs(many.history[1].train!.loss - mean) < 1e-3,
    "the epoch's loss is its batches'",
  );
});

Deno.test("Session.change() is felt by the next step, and is in log and record", async () => {
  const [changed, plain] = [await begin(), await begin()];
  for (const session of [changed, plain]) for (let i = 0; i < 7; i++) await session.advance(1);
  assert.equal(await changed.weightsHash(), await plain.weightsHash());
  changed.change({ beta: 4 });
  for (const session of [changed, plain]) await session.advance(1);
  assert.notEqual(await changed.weightsHash(), await plain.weightsHash());
  assert.deepEqual(changed.changes, [{ step: 7, beta: 4 }]);
  assert.deepEqual(changed.record().changes, [{ epoch: 2, change: "beta → 4 (after step 7)" }]);
  assert.equal(changed.record().training.beta, 4);
});

Deno.test("follow() plays a log to the same weights, to the bit", async () => {
  const session = await begin();
  for (let i = 0; i < 6; i++) await session.advance(1);
  session.change({ beta: 0.5 });
  session.change({ learningRate: 5e-3 });
  for (let i = 0; i < 5; i++) await session.advance(1);
  session.change({ beta: 2 });
  const log: Log = {
    settings,
    engine: "portable",
    changes: [...session.changes],
    steps: session.steps,
  };
  for (const most of [1, 4]) {
    const again = await begin();
    const losses = [];
    for (let taken; (taken = await follow(again, log, most)).length > 0;) losses.push(...taken);
    assert.equal(losses.length, 11);
    assert.equal(await again.weightsHash(), await session.weightsHash());
    assert.deepEqual(again.changes, session.changes);
    assert.equal(again.steps, 11);
  }
});

Deno.test("a seed gives its own training", async () => {
  const [one, two] = [await begin(), await begin({ seed: 2 })];
  assert.notEqual(await one.weightsHash(), await two.weightsHash());
});

Deno.test("advanceInNumbers() takes the step that advance() takes", async () => {
  const [plain, shown] = [await begin(), await begin()];
  for (let i = 0; i < 6; i++) {
    const [terms] = await plain.advance(1);
    assert.deepEqual((await advanceInNumbers(shown)).batch, terms);
  }
  assert.equal(await shown.weightsHash(), await plain.weightsHash());
});

Deno.test("advanceInNumbers() shows numbers that satisfy their formulas", async () => {
  const session = await begin({ latentDim: 3 });
  await session.advance(1);
  const before = session.memory.weights.slice();
  const n = await advanceInNumbers(session);
  const close = (a: number, b: number) =>
    assert.ok(Math.abs(a - b) < 1e-3 * (1 + Math.abs(b)), `${a} ${b}`);
  assert.equal(n.step, 2);
  assert.deepEqual([n.training.kl, n.training.optimizer, n.training.beta], ["analytic", "adam", 1]);
  assert.equal(n.mean.length, 3);
  n.z.forEach((z, i) => close(z, n.mean[i] + n.sigma![i] * n.eps[i]));
  const kl = n.mean.reduce((sum, mean, i) => {
    const variance = n.sigma![i] ** 2;
    return sum + (mean ** 2 + variance - 1 - Math.log(variance)) / 2;
  }, 0);
  close(n.image.kl, kl);
  close(
    n.image.reconstruction,
    n.x.reduce((sum, x, i) => {
      const p = n.reconstruction[i];
      return sum - (x * Math.log(p) + (1 - x) * Math.log(1 - p));
    }, 0),
  );
  close(n.gradientNorm ** 2, n.gradients.reduce((sum, { gradient }) => sum + gradient ** 2, 0));
  close(n.gradientNorm, Math.hypot(...session.memory.gradients[0]));
  close(n.updateNorm, Math.hypot(...session.memory.weights.map((w, i) => w - before[i])));
  assert.deepEqual(n.gradients.map(({ name }) => name).slice(0, 2), [
    "encoder, dense_1, kernel",
    "encoder, dense_1, bias",
  ]);
});

Deno.test("advanceInNumbers() of a model from elsewhere counts by its own likelihood", async () => {
  const { build, training } = preset("dense-vae", { hiddenUnits: [8], likelihood: "gaussian" });
  const model = build();
  const session = await Session.begin(model, { ...training, batchSize: 20 }, smallData);
  const scale = Math.exp((await model.logScale!.data())[0]);
  const { likelihood, x, reconstruction, image, gradients, gradientNorm } = await advanceInNumbers(
    session,
  );
  assert.equal(likelihood, "gaussian");
  const wanted = x.reduce((sum, x, i) => {
    return sum + ((x - reconstruction[i]) / scale) ** 2 / 2 +
      Math.log(scale * Math.sqrt(2 * Math.PI));
  }, 0);
  assert.ok(Math.abs(image.reconstruction - wanted) < 1e-3 * Math.abs(wanted));
  const ofLayers = Math.hypot(...gradients.map(({ gradient }) => gradient));
  assert.ok(gradientNorm > ofLayers, "the scale has a gradient too, though no layer");
});

Deno.test("advanceInNumbers() of an autoencoder has no σ and no KL", async () => {
  const n = await advanceInNumbers(await begin({ kind: "ae" }));
  assert.equal(n.sigma, null);
  assert.equal(n.image.kl, 0);
  assert.deepEqual(n.z, n.mean);
});

Deno.test("liveRecipe() refuses a setting that the page has not", () => {
  assert.throws(
    () => liveRecipe({ ...settings, latentDim: 11 }),
    /^OptionError: the page: latentDim: expected an integer <= 10, got 11$/,
  );
  assert.throws(
    () => liveRecipe({ ...settings, latentdim: 2 } as never),
    /latentdim: no such option; did you mean `latentDim`/,
  );
});
