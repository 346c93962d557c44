import assert from "node:assert/strict";
import type { CurvePoint } from "../../lib/evaluation/curve.ts";
import { diagnose, type DiagnosisInput } from "../../lib/evaluation/diagnosis.ts";
import { referenceOf } from "../../lib/evaluation/reference_curves.ts";
import type { EpochRecord } from "../../lib/training/records.ts";
import { runOf } from "./run_of.ts";

const convVae = runOf("conv-vae"), convAe = runOf("conv-ae-2");

/** A history from losses, epoch 0 first; train is the test loss plus `gap[epoch]`. */
function historyOf(
  losses: number[],
  kl = 6,
  gap: (epoch: number) => number = () => 0.5,
): CurvePoint[] {
  return losses.map((loss, epoch) => ({
    epoch,
    train: epoch === 0
      ? null
      : { loss: loss + gap(epoch), reconstruction: loss + gap(epoch) - kl, kl },
    test: { loss, reconstruction: loss - kl, kl },
  }));
}

/** The tutorial's own curve. */
const tutorial = [543.4, ...referenceOf("conv-vae")!.points.map(([, value]) => value)];
const healthy: DiagnosisInput = {
  ...convVae,
  history: historyOf(tutorial),
  klPerDimension: [3.2, 2.8],
  activeUnits: 2,
};

function verdictOf(name: string, changes: Partial<DiagnosisInput>) {
  const { verdicts } = diagnose({ ...healthy, ...changes });
  return verdicts.find((verdict) => verdict.name === name);
}

function assertVerdict(
  name: string,
  changes: Partial<DiagnosisInput>,
  level: string,
  what: RegExp,
) {
  const verdict = verdictOf(name, changes);
  assert.ok(verdict, `no verdict "${name}"`);
  assert.equal(verdict.level, level, `${verdict.what} ${verdict.why}`);
  assert.match(verdict.what, what);
  if (level === "problem") assert.ok(verdict.why && verdict.whatToDo);
}

Deno.test("diagnose() finds nothing wrong with the tutorial's own curve", () => {
  const { verdicts } = diagnose(healthy);
  assert.deepEqual(
    verdicts.map(({ name, level }) => `${name}: ${level}`),
    ["Numbers", "Reduction", "Latent code", "Learning rate", "Overfitting", "Reference"]
      .map((name) => `${name}: good`),
  );
});

Deno.test("diagnose() takes the records of a training run as they are", () => {
  const records: EpochRecord[] = historyOf(tutorial).map(({ epoch, train, test }) => ({
    epoch,
    train,
    test,
    seconds: 1,
    evaluationSeconds: 1,
    imagesPerSecond: 1,
    learningRate: 1e-4,
    treatment: "threshold",
    tensors: 1,
  }));
  assert.deepEqual(diagnose({ ...healthy, history: records }), diagnose(healthy));
});

Deno.test("diagnose() says which term became NaN in which batch", () => {
  const error = { term: "KL", epoch: 3, batch: 117 };
  assertVerdict("Numbers", { error }, "problem", /The KL became NaN .* in epoch 3, batch 117/);
  const broken = historyOf([543, 180, 170]);
  broken[2].test.reconstruction = Infinity;
  assertVerdict("Numbers", { history: broken }, "problem", /The reconstruction .* in epoch 2/);
  broken[2].test.kl = NaN;
  assertVerdict("Numbers", { history: broken }, "problem", /The KL .* in epoch 2/);
  assert.equal(diagnose({ ...healthy, history: broken }).verdicts[0].name, "Numbers");
});

Deno.test("diagnose() sees a mean over pixels instead of a sum", () => {
  const history = historyOf([0.693, 0.27, 0.26], 0.0001);
  assertVerdict(
    "Reduction",
    { history },
    "problem",
    /is 0.69.* at epoch 0; 784 pixels start at 543.4/,
  );
});

Deno.test("diagnose() sees a sum over the batch instead of a mean", () => {
  const history = historyOf([543.4 * 32 + 200, 6000, 5500], 200);
  assertVerdict("Reduction", { history }, "problem", /32.0\d* times the 543.4 nats/);
});

Deno.test("diagnose() knows that two latents cannot reconstruct MNIST below 80 nats", () => {
  const history = historyOf([543.4, 90, 80]);
  assertVerdict("Reduction", { history }, "problem", /74.00 nats is not possible with 2 latents/);
  const synthetic = verdictOf("Reduction", { history, source: "synthetic" });
  assert.equal(synthetic?.level, "good");
});

Deno.test("diagnose() sees a KL that is a mean over latents", () => {
  assertVerdict(
    "Reduction",
    { history: historyOf(tutorial, 3), klPerDimension: [3.1, 2.9] },
    "problem",
    /history's KL is 3.00, but the 2 dimensions together have 6.00/,
  );
});

Deno.test("diagnose() sees posterior collapse by KL and by active units", () => {
  assertVerdict(
    "Latent code",
    { history: historyOf([543, 210, 206], 0.12), klPerDimension: null, activeUnits: 0 },
    "problem",
    /collapse: the KL is 0.1200 nats, 0 of 2/,
  );
  assertVerdict(
    "Latent code",
    { history: historyOf([543, 210, 206], 0.12), activeUnits: null },
    "problem",
    /the KL is 0.1200 nats\.$/,
  );
  assertVerdict("Latent code", { activeUnits: 0 }, "problem", /0 of 2 dimensions are active/);
  const strong = runOf("conv-vae", { beta: 20 });
  const verdict = verdictOf("Latent code", { ...strong, activeUnits: 0 });
  assert.match(verdict!.whatToDo, /Lower beta \(now 20\)/);
});

Deno.test("diagnose() explains unused dimensions without alarm", () => {
  const run = runOf("conv-vae", { latentDim: 50 });
  const klPerDimension = Array.from({ length: 50 }, (_, i) => (i < 14 ? 1.5 : 0.01));
  assertVerdict(
    "Latent code",
    { ...run, klPerDimension, activeUnits: 14, history: historyOf(tutorial, 21.4) },
    "notice",
    /14 of 50 dimensions are active; the KL is 21.40/,
  );
});

Deno.test("diagnose() sees overfitting: test rising while training falls", () => {
  const history = historyOf([543, 170, 160, 155, 158, 162], 6, (epoch) => -4 * epoch);
  assertVerdict(
    "Overfitting",
    { history },
    "problem",
    /best at epoch 3 \(155.0\) and is 162.0 at epoch 5, while the training loss fell to 142.0/,
  );
});

Deno.test("diagnose() notices a gap that grows", () => {
  const history = historyOf([543, 170, 160, 155, 152, 150], 6, (epoch) => -2.5 * epoch);
  assertVerdict("Overfitting", { history }, "notice", /8.33 % above the training loss/);
});

Deno.test("diagnose() sees a learning rate that is too high, by jumps or by explosion", () => {
  const run = runOf("conv-vae", { learningRate: 0.03 });
  assertVerdict(
    "Learning rate",
    { ...run, history: historyOf([543, 200, 215, 190, 212, 201]) },
    "problem",
    /rose at 2 of 4 epochs, once by 22.00/,
  );
  assertVerdict("Learning rate", { ...run, history: historyOf([543, 900]) }, "problem", /went up/);
  assert.match(
    verdictOf("Learning rate", { ...run, history: historyOf([543, 900]) })!.whatToDo,
    /to 0.01 or less/,
  );
});

Deno.test("diagnose() does not take overfitting for a learning rate that is too high", () => {
  const history = historyOf([543, 170, 160, 155, 158, 162], 6, (epoch) => -4 * epoch);
  assert.notEqual(verdictOf("Learning rate", { history })!.level, "problem");
});

Deno.test("diagnose() sees a learning rate that is too low", () => {
  const run = runOf("conv-vae", { learningRate: 1e-7 });
  const history = historyOf([543, 541, 539]);
  assertVerdict(
    "Learning rate",
    { ...run, history },
    "problem",
    /hardly moved, from 543.0 .* 539.0/,
  );
});

Deno.test("diagnose() notices a curve that is still falling", () => {
  const history = historyOf(tutorial.slice(0, 3));
  assertVerdict("Learning rate", { history }, "notice", /still lowered the loss by 4.77 %/);
});

Deno.test("diagnose() compares with the reference at the same epoch", () => {
  const better = (nats: number) => historyOf(tutorial.map((loss, i) => (i ? loss - nats : loss)));
  assertVerdict(
    "Reference",
    {},
    "good",
    /Epoch 10, .*threshold pixels, Bernoulli.*: −ELBO 157.0 against 157.0/,
  );
  assertVerdict("Reference", { history: better(-4) }, "notice", /161.0 .* 4.00 worse/);
  assertVerdict("Reference", { history: better(-20) }, "problem", /20.00 worse/);
  assertVerdict("Reference", { history: better(20) }, "notice", /20.00 better/);
  const short = { history: historyOf(tutorial.slice(0, 5)) };
  assertVerdict(
    "Reference",
    short,
    "good",
    /Epoch 4, .*threshold pixels, Bernoulli.*: −ELBO 163.8 against 163.8/,
  );
});

Deno.test("diagnose() uses the latest epoch a sparse reference has", () => {
  const run = runOf("dense-vae-64");
  const history = historyOf([543, ...Array.from({ length: 28 }, (_, i) => 160 - 1.9 * i)]);
  assertVerdict("Reference", { ...run, history }, "notice", /Epoch 26, .* 112.5 against 110.5/);
});

Deno.test("diagnose() says why nothing is comparable", () => {
  const nothing = (changes: Partial<DiagnosisInput>, why: RegExp) =>
    assertVerdict("Reference", changes, "notice", why);
  nothing({ source: "synthetic" }, /the images are synthetic/);
  nothing({ trainCount: 2000 }, /trained on 2,000 of 60,000 images/);
  nothing(
    runOf("conv-vae", { treatment: "dynamic" }),
    /treatment dynamic \(the reference: threshold\)/,
  );
  nothing(
    runOf("conv-vae", { latentDim: 10, beta: 2 }),
    /latentDim 10 \(the reference: 2\), beta 2 \(the reference: 1\)/,
  );
  nothing({ model: { ...convVae.model, name: "mine" } }, /"mine" is a model of your own/);
  const run = runOf("dense-vae-64");
  nothing(
    { ...run, history: historyOf([543, 180, 170]) },
    /no reference was measured at these epochs/,
  );
  // A seed of one's own is still the same experiment.
  assert.equal(verdictOf("Reference", runOf("conv-vae", { seed: 9 }))!.level, "good");
});

Deno.test("diagnose() judges an autoencoder by its error and codes", () => {
  const losses = [0.2314, ...referenceOf("conv-ae-2")!.points.slice(0, 9).map(([, mse]) => mse)];
  const history = losses.map((loss, epoch): CurvePoint => {
    const terms = { loss, reconstruction: loss, kl: 0 };
    return { epoch, train: epoch ? terms : null, test: terms };
  });
  const ae: DiagnosisInput = { ...convAe, history, activeUnits: 2 };
  const { verdicts, rows } = diagnose(ae);
  assert.deepEqual(verdicts.filter(({ level }) => level === "problem"), []);
  assert.equal(verdicts.find(({ name }) => name === "Reference")!.level, "good");
  assert.ok(!rows.some(({ quantity }) => quantity === "KL"));
  const find = (name: string, changes: Partial<DiagnosisInput>) =>
    diagnose({ ...ae, ...changes }).verdicts.find((verdict) => verdict.name === name)!;

  const scaled = (factor: number, count = 10) =>
    history.slice(0, count).map(({ epoch, train, test }) => {
      const terms = { loss: test.loss * factor, reconstruction: test.loss * factor, kl: 0 };
      return { epoch, train: train && terms, test: terms };
    });
  assert.match(
    find("Reduction", { history: scaled(784) }).what,
    /181.4 at epoch 0; .* cannot exceed 1/,
  );
  assert.match(find("Reduction", { history: scaled(1 / 784) }).what, /0.23 is usual/);
  assert.match(find("Latent code", { activeUnits: 0 }).what, /the same for all images/);
  assert.match(find("Latent code", { activeUnits: 1 }).what, /1 of 2 dimensions of the code vary/);
  const dead = [0.2314, 0.0675, 0.0675].map((loss, epoch) => ({
    epoch,
    train: null,
    test: { loss, reconstruction: loss, kl: 0 },
  }));
  const verdict = find("Latent code", { history: dead });
  assert.equal(verdict.level, "problem");
  assert.match(verdict.what, /0.0675 is that of drawing the mean image/);
});

Deno.test("diagnose() gives a small table with unit and epoch named", () => {
  const { rows } = diagnose(healthy);
  assert.equal(rows[0].usual, "nats per image, threshold pixels, Bernoulli (log-probability)");
  assert.deepEqual(rows.map(({ quantity, value }) => [quantity, value]), [
    ["test −ELBO, epoch 10", "157.0"],
    ["test minus training loss", "−0.5000"],
    ["reconstruction", "151.0"],
    ["KL", "6.00"],
    ["KL per dimension, largest first", "3.20, 2.80"],
    ["active units", "2 of 2"],
  ]);
});

Deno.test("diagnose() leaves out what has no evidence and says what it cannot use", () => {
  const { verdicts } = diagnose({ ...convVae, history: historyOf([543.4]) });
  assert.deepEqual(verdicts.map(({ name }) => name), ["Training", "Numbers", "Reduction"]);
  assert.match(verdicts[0].what, /^No epoch is finished yet/);
  assert.equal(verdicts[0].level, "notice");
  assert.deepEqual(diagnose({ ...convVae, history: [] }).verdicts.map((v) => v.name), [
    "Training",
    "Numbers",
  ]);
  assert.throws(
    // deno-lint-ignore no-explicit-any
    () => diagnose({ ...healthy, klPerDimensions: [1] } as any),
    /diagnose: klPerDimensions: no such option; did you mean `klPerDimension`/,
  );
});
