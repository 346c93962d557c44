import assert from "node:assert/strict";
import type { Fingerprint } from "../../lib/data/fingerprint.ts";
import {
  type ComparableRun,
  compareRuns,
  comparisonPoints,
} from "../../lib/evaluation/compare_runs.ts";
import type { RunRecord } from "../../lib/training/records.ts";
import { runOf } from "./run_of.ts";

const vae: ComparableRun = {
  ...runOf("conv-vae", { seed: 4 }),
  history: [
    { epoch: 0, train: null, test: { loss: 544, reconstruction: 543, kl: 1 }, seconds: 0 },
    {
      epoch: 1,
      train: { loss: 230, reconstruction: 226, kl: 4 },
      test: { loss: 179, reconstruction: 174, kl: 5 },
      seconds: 30,
    },
    {
      epoch: 2,
      train: { loss: 175, reconstruction: 170, kl: 5 },
      test: { loss: 171, reconstruction: 165.5, kl: 5.5 },
      seconds: 31,
    },
  ],
  parameters: 69_989,
  data: { source: "mnist" },
  neighbourAccuracy: 0.71,
};
const term = (loss: number) => ({ loss, reconstruction: loss, kl: 0 });
const ae: ComparableRun = {
  name: "mine",
  ...runOf("conv-ae-2"),
  history: [
    { epoch: 1, train: term(0.06), test: term(0.053), seconds: 10 },
    { epoch: 2, train: term(0.05), test: term(0.048), seconds: 10 },
    { epoch: 3, train: term(0.04), test: term(0.055), seconds: 10 },
  ],
  parameters: 67_707,
  data: { source: "synthetic" },
};

Deno.test("compareRuns() gives the last epoch's numbers, or the best's where the best was kept", () => {
  const [first, second] = compareRuns([vae, ae]);
  assert.deepEqual(first, {
    run: "conv-vae z2 seed 4",
    model: "conv-vae",
    latentDim: 2,
    parameters: 69_989,
    treatment: "threshold",
    likelihood: "bernoulli",
    source: "mnist",
    beta: 1,
    epoch: 2,
    elbo: -171,
    bitsPerDim: null,
    mse: null,
    reconstruction: 165.5,
    kl: 5.5,
    seconds: 61,
    neighbourAccuracy: 0.71,
  });
  assert.equal(second.run, "mine");
  assert.deepEqual([second.epoch, second.mse, second.elbo, second.kl], [2, 0.048, null, null]);
  assert.deepEqual([second.seconds, second.neighbourAccuracy, second.beta], [30, null, null]);
});

Deno.test("compareRuns() takes a run record as it is and a run without epochs", () => {
  const images: Fingerprint = { count: 1, shape: [28, 28, 1], beginnings: ["a"], whole: "b" };
  const record: RunRecord = {
    ...runOf("conv-vae"),
    data: { source: "mnist", train: images, test: images },
    changes: [],
    engine: "portable",
    workers: 1,
    parameters: 5,
    history: [],
  };
  const [row] = compareRuns([record]);
  assert.deepEqual([row.epoch, row.elbo, row.seconds], [0, null, 0]);
});

Deno.test("comparisonPoints() has a line per run, measure and split", () => {
  const points = comparisonPoints([vae, ae]);
  const count = (run: string, measure: string, split: string) =>
    points.filter((p) => p.run === run && p.measure === measure && p.split === split).length;
  assert.equal(count("conv-vae z2 seed 4", "−ELBO", "test"), 3);
  assert.equal(count("conv-vae z2 seed 4", "KL", "train"), 2);
  assert.equal(count("mine", "MSE", "test"), 3);
  assert.equal(count("mine", "KL", "test"), 0);
  assert.deepEqual(
    points.find((p) => p.epoch === 2 && p.measure === "reconstruction" && p.split === "test"),
    {
      run: "conv-vae z2 seed 4",
      treatment: "threshold",
      likelihood: "bernoulli",
      split: "test",
      epoch: 2,
      measure: "reconstruction",
      value: 165.5,
    },
  );
});
