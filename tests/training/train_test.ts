import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { take } from "../../lib/data/image_set.ts";
import { preset, type PresetChanges } from "../../lib/models/presets.ts";
import { OptionError } from "../../lib/options.ts";
import { loadRun } from "../../lib/training/checkpoint.ts";
import { WorkerError } from "../../lib/training/crew.ts";
import type { EpochRecord } from "../../lib/training/records.ts";
import { requestStop } from "../../lib/stop.ts";
import { NotFiniteError, type TrainEnd, type TrainProgress } from "../../lib/training/progress.ts";
import { train, type TrainOptions } from "../../lib/training/train.ts";
import { inFolder } from "../in_folder.ts";
import {
  maxDifference,
  repeat,
  smallData,
  smallModel,
  smallRecipe,
  smallTraining,
  weightsOf,
} from "./small_run.ts";

await useBackend({ engine: "portable", threads: 2 });

/** Runs a training to its end. */
async function finish(
  loop: AsyncGenerator<EpochRecord, TrainEnd, void>,
): Promise<{ records: EpochRecord[]; end: TrainEnd }> {
  const records: EpochRecord[] = [];
  for (;;) {
    const step = await loop.next();
    if (step.done) return { records, end: step.value };
    records.push(step.value);
  }
}

const run = async (options: TrainOptions, changes: PresetChanges = {}) => {
  const recipe = smallRecipe(changes);
  const model = recipe.build();
  const { records, end } = await finish(
    train(model, smallData, { ...recipe.training, ...options }),
  );
  return { records, end, weights: await weightsOf(model), model };
};

/**
 * Tries with more and more images until `body` says true: an epoch has to last for a few of the looks
 * that training takes at itself, on whatever machine this is.
 */
async function withEnoughImages(times: number, body: (times: number) => Promise<boolean>) {
  while (!await body(times)) {
    times *= 4;
    assert.ok(times < 50_000, "no epoch was long enough to be stopped in");
  }
}

async function weightsInFolder(folder: string): Promise<Float32Array> {
  return await weightsOf((await loadRun(folder)).model);
}

const withoutTimes = (records: EpochRecord[]) =>
  records.map(({ epoch, train, test }) => ({ epoch, train, test }));

Deno.test("train() yields the untrained model, then one record an epoch", async () => {
  const { records, end } = await run({ workers: 1 });
  assert.deepEqual(records.map((record) => record.epoch), [0, 1, 2, 3]);
  assert.equal(records[0].train, null);
  // An untrained decoder gives logits near 0: ln 2 nats a pixel.
  assert.ok(Math.abs(records[0].test.reconstruction - 784 * Math.LN2) < 15);
  assert.ok(records[3].test.loss < 0.8 * records[0].test.loss);
  for (const { test } of records) {
    assert.ok(Math.abs(test.loss - test.reconstruction - test.kl) < 1e-9);
  }
  assert.equal(end.reason, "complete");
});

Deno.test("train() keeps the number of tensors, epoch after epoch", async () => {
  for (const workers of [1, 2]) {
    const { records } = await run({ workers });
    const counts = records.map((record) => record.tensors);
    assert.deepEqual(counts, counts.map(() => counts[0]), `${workers} workers`);
  }
});

Deno.test("train() gives the same numbers twice, and others for another seed", async () => {
  const [a, b, c] = [
    await run({ workers: 1 }),
    await run({ workers: 1 }),
    await run({}, { seed: 2 }),
  ];
  assert.deepEqual(withoutTimes(a.records), withoutTimes(b.records));
  assert.equal(maxDifference(a.weights, b.weights), 0);
  assert.ok(maxDifference(a.weights, c.weights) > 0.01);
});

Deno.test("train() gives the same numbers for any number of workers, up to the order of sums", async () => {
  const one = await run({ workers: 1, epochs: 1 });
  for (const workers of [2, 3]) {
    const many = await run({ workers, epochs: 1 });
    // Adam divides by the gradient's own size: rounding in tiny gradients moves a weight visibly.
    assert.ok(maxDifference(one.weights, many.weights) < 1e-4, `${workers} workers`);
    assert.ok(Math.abs(one.records[1].test.loss - many.records[1].test.loss) < 0.05);
  }
});

Deno.test("train() learns eight images by heart", async () => {
  const eight = { ...smallData, train: take(smallData.train, 8), test: take(smallData.train, 8) };
  const model = smallModel({ latentDim: 4, filters: [8, 16] });
  const training = { batchSize: 8, learningRate: 5e-3, epochs: 300, workers: 1 };
  const { records } = await finish(train(model, eight, training));
  assert.ok(records.at(-1)!.test.reconstruction < 40, `${records.at(-1)!.test.reconstruction}`);
});

for (const workers of [1, 2]) {
  Deno.test(`train() resumed in the middle of an epoch ends like a run never stopped, ${workers} workers`, () =>
    inFolder((folder) =>
      withEnoughImages(20, async (times) => {
        const data = { ...smallData, train: repeat(smallData.train, times) };
        const options = { ...smallTraining, workers, epochs: 2, folder };
        const stopping = ({ phase, epoch, done, total }: TrainProgress) => {
          if (phase === "training" && epoch === 2 && done < total) requestStop();
        };
        const first = await finish(
          train(smallModel(), data, { ...options, progress: stopping }),
        );
        if (first.end.reason !== "stopped") return false;
        assert.equal(first.end.epoch, 2);
        assert.ok(first.end.fraction > 0 && first.end.fraction < 1, `${first.end.fraction}`);
        assert.match(first.end.note, /^stopped in epoch 2 at \d+ %; run this cell again to go on$/);

        // The same call once more goes on by itself, with another model of the same kind.
        const model = smallModel();
        const second = await finish(train(model, data, options));
        const resumed = await weightsOf(model);
        const whole = await finish(train(smallModel(), data, options));
        assert.equal(maxDifference(resumed, await weightsInFolder(folder)), 0);
        assert.deepEqual(
          withoutTimes([...first.records, ...second.records]),
          withoutTimes(whole.records),
        );
        return true;
      })
    ));

  Deno.test(`train() stopped in an evaluation makes up for it when it is resumed, ${workers} workers`, () =>
    inFolder((folder) =>
      withEnoughImages(150, async (times) => {
        const data = { ...smallData, test: repeat(smallData.test, times) };
        const options = { ...smallTraining, workers, epochs: 2, folder };
        const parts: EpochRecord[][] = [], notes: string[] = [];
        for (const stopAt of [0, 1, null]) {
          const progress = ({ phase, epoch, done, total }: TrainProgress) => {
            if (phase === "evaluation" && epoch === stopAt && done < total) requestStop();
          };
          const resume = parts.length > 0;
          const part = await finish(train(smallModel(), data, { ...options, progress, resume }));
          if (part.end.reason !== "stopped" && stopAt !== null) return false;
          parts.push(part.records);
          notes.push(part.end.note);
        }
        assert.deepEqual(notes, [
          "stopped before epoch 1; run this cell again to go on",
          "stopped in epoch 1 at 100 %, in its evaluation; run this cell again to go on",
          "done",
        ]);
        const resumedWeights = await weightsInFolder(folder);
        const whole = await finish(train(smallModel(), data, options));
        assert.deepEqual(withoutTimes(parts.flat()), withoutTimes(whole.records));
        assert.equal(maxDifference(await weightsInFolder(folder), resumedWeights), 0);
        return true;
      })
    ));
}

Deno.test("train() stops after maxMinutes and says where", async () => {
  const { end, records } = await run({ maxMinutes: 1e-4, epochs: 500, workers: 1 });
  assert.equal(end.reason, "stopped");
  assert.ok(records.length < 500);
});

Deno.test("train() stops at the first term that is not finite, before the weights are harmed", async () => {
  for (const workers of [1, 2]) {
    const model = smallModel();
    const options = { ...smallTraining, learningRate: 1e30, workers };
    await assert.rejects(finish(train(model, smallData, options)), (error) => {
      assert.ok(error instanceof NotFiniteError);
      assert.match(
        error.message,
        /the (reconstruction|KL|gradient) is not finite in epoch 1, batch [2-4]/,
      );
      return true;
    });
    assert.ok((await weightsOf(model)).every(Number.isFinite));
  }
});

Deno.test("train() fails with the message of a worker that fails", async () => {
  const model = smallModel();
  // Only its workers draw noise for three latents where the networks have two.
  Object.assign(model.config, { latentDim: 3 });
  await assert.rejects(finish(train(model, smallData, { workers: 2, epochs: 1 })), WorkerError);
});

Deno.test("train() stops early and ends with the best epoch's weights", async () => {
  await inFolder(async (folder) => {
    const model = smallModel();
    const training = { ...smallTraining, learningRate: 0.05, workers: 1 };
    const { records, end } = await finish(
      train(model, smallData, { ...training, patience: 2, keepBest: true, folder, epochs: 60 }),
    );
    assert.equal(end.reason, "early stopping");
    const best = records.reduce((a, b) => b.test.loss < a.test.loss ? b : a);
    assert.equal(records.at(-1)!.epoch, best.epoch + 2);
    assert.match(
      end.note,
      new RegExp(`no better test loss for 2 epochs; the model is that of epoch ${best.epoch}`),
    );
    const again = smallModel();
    const { records: same } = await finish(
      train(again, smallData, { ...training, epochs: best.epoch }),
    );
    assert.equal(same.at(-1)!.test.loss, best.test.loss);
    assert.equal(maxDifference(await weightsOf(model), await weightsOf(again)), 0);
  });
});

Deno.test("train() grows the KL weight over the warm-up", async () => {
  const plain = await run({ workers: 1 });
  const warm = await run({ workers: 1, klWarmupEpochs: 3 });
  const without = await run({ workers: 1, beta: 0 });
  // Less weight on the KL leaves more of it.
  assert.ok(warm.records[2].test.kl > 1.5 * plain.records[2].test.kl);
  assert.ok(without.records[3].test.kl > 1.5 * plain.records[3].test.kl);
});

Deno.test("train() trains an autoencoder on noisy inputs towards clean targets", async () => {
  const { build, training } = preset("conv-ae-2", {
    filters: [4, 4, 4, 4],
    decoderFilters: [6, 6],
    learningRate: 3e-3,
    batchSize: 16,
  });
  const { records } = await finish(train(build(), smallData, {
    ...training,
    inputNoise: 0.3,
    epochs: 4,
    workers: 2,
    keepBest: false,
  }));
  assert.ok(records[4].test.loss < records[0].test.loss);
  assert.equal(records[4].test.kl, 0);
  assert.equal(records[0].treatment, "grey");
});

Deno.test("train() answers a misspelt option with the nearest right one", async () => {
  const options = { epoch: 3 } as unknown as TrainOptions;
  await assert.rejects(finish(train(smallModel(), smallData, options)), (error) => {
    assert.ok(error instanceof OptionError);
    assert.equal(error.message, "train: epoch: no such option; did you mean `epochs`?");
    return true;
  });
});

Deno.test("train() leaves no tensor behind but the model's", async () => {
  const before = tf.memory().numTensors;
  const { model } = await run({ workers: 1, epochs: 1 });
  model.dispose();
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("train() has the web's workers where a package has put others in their place", async () => {
  const { Worker } = globalThis;
  globalThis.Worker = class {
    constructor() {
      throw new Error("another kind of worker");
    }
  } as unknown as typeof Worker;
  try {
    const { records } = await run({ workers: 2 }, { epochs: 1 });
    assert.deepEqual(records.map(({ epoch }) => epoch), [0, 1]);
  } finally {
    globalThis.Worker = Worker;
  }
});
