import assert from "node:assert/strict";
import {
  bestEpoch,
  endedEarly,
  epochLine,
  type EpochRecord,
  reached,
  richRecord,
} from "../../lib/training/records.ts";
import type { ModelConfig } from "../../lib/models/model_config.ts";
import { richForm } from "../../lib/rich.ts";

/** A record with a test loss, of which 5 nats are KL. */
const record = (epoch: number, loss: number): EpochRecord => ({
  epoch,
  train: epoch === 0 ? null : { loss: loss - 1, reconstruction: loss - 6, kl: 5 },
  test: { loss, reconstruction: loss - 5, kl: 5 },
  seconds: 2.25,
  evaluationSeconds: 0.5,
  imagesPerSecond: 100,
  learningRate: 1e-3,
  treatment: "threshold",
  tensors: 12,
});
const records = (...losses: number[]) => losses.map((loss, epoch) => record(epoch, loss));

Deno.test("bestEpoch() is the first with the lowest test loss", () => {
  assert.equal(bestEpoch(records(500, 300, 200, 250)).epoch, 2);
  assert.equal(bestEpoch(records(500, 200, 300, 200)).epoch, 1, "of two equal ones the first");
  assert.throws(() => bestEpoch([]), /bestEpoch: expected at least one record, got 0/);
});

Deno.test("endedEarly() is true once patience epochs were no better than the best", () => {
  const ended = (patience: number | null, ...losses: number[]) =>
    endedEarly({ history: records(...losses), training: { patience } });
  assert.equal(ended(2, 500, 200, 201), false);
  assert.equal(ended(2, 500, 200, 201, 202), true);
  assert.equal(ended(2, 500, 200, 201, 199), false);
  assert.equal(ended(2, 500, 200, 200, 200), true, "as good is no better");
  assert.equal(ended(null, 500, 600, 700, 800), false);
  assert.equal(ended(1), false);
});

Deno.test("reached() counts a run to its last epoch, or to where patience ended it", () => {
  const history = records(500, 200, 210, 220);
  assert.equal(reached({ history, training: { patience: null } }, 3), true);
  assert.equal(reached({ history, training: { patience: null } }, 4), false);
  assert.equal(reached({ history, training: { patience: 2 } }, 4), true);
  assert.equal(reached({ history: [], training: { patience: 1 } }, 0), false);
});

Deno.test("epochLine() is the tutorial's line, with the ELBO of a VAE and the loss of an autoencoder", () => {
  const time = "time elapse for current epoch: 2.3 s";
  assert.equal(epochLine(record(3, 157.03), "vae"), `Epoch: 3, Test set ELBO: -157.03, ${time}`);
  assert.equal(epochLine(record(3, 0.04282), "ae"), `Epoch: 3, Test set loss: 0.0428, ${time}`);
});

Deno.test("richRecord() shows train and test as rows, and stays the record that it is", () => {
  const model = {
    name: "grey",
    kind: "vae",
    likelihood: "bernoulli",
    inputShape: [28, 28, 1],
    latentDim: 2,
    treatment: "threshold",
    seed: 1,
  } as const satisfies ModelConfig;
  const rich = richRecord(record(2, 160), model);
  assert.deepEqual({ ...rich }, record(2, 160));
  const lines = richForm(rich)["text/markdown"].split("\n");
  assert.deepEqual(lines.slice(2), [
    "| train | 159.00 | 154.00 | 5.000 |",
    "| test | 160.00 | 155.00 | 5.000 |",
    "",
    "nats per image, threshold pixels, Bernoulli (log-probability)",
  ]);
  const untrained = richForm(richRecord(record(0, 540), model))["text/markdown"];
  assert.equal(untrained.match(/^\| t/gm)?.length, 1);

  const learned = { ...record(1, 784 * 5 * Math.LN2), learned: { scale: [0.04, 0.1] } };
  const greys = { ...model, likelihood: "discretized-logistic", treatment: "grey" } as const;
  const text = richForm(richRecord(learned, greys))["text/markdown"];
  assert.match(text, /\| test \| 2717.1 \| 5.000 \|/, "bits/dim beside the nats");
  assert.match(text, /discretized logistic \(log-probability\); scale 0.0400, 0.1000$/);
});
