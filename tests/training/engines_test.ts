/** One run on every engine: the same seed ends at the same place, up to rounding. */
import assert from "node:assert/strict";
import { useBackend } from "../../lib/compute/backend.ts";
import type { Model } from "../../lib/models/model.ts";
import { preset } from "../../lib/models/presets.ts";
import { train } from "../../lib/training/train.ts";
import type { EpochRecord } from "../../lib/training/records.ts";
import { eachEngine } from "../each_engine.ts";
import { maxDifference, smallData, smallModel, smallTraining, weightsOf } from "./small_run.ts";

/** Nats per image, of some hundred: float32 sums in another order, carried on by a few Adam steps. */
const tolerance = 0.01;

const options = {
  ...smallTraining,
  workers: 1,
  epochs: 1,
  batchSize: 8,
  trainCount: 48,
  testCount: 20,
};

/**
 * Dense layers alone: a software adapter takes minutes to compile the shaders of a convolution for sizes
 * of its own, and convolutions on WebGPU have their tests, a training step among them, elsewhere.
 */
const denseModel = () => preset("dense-vae", { hiddenUnits: [8], treatment: "threshold" }).build();

async function runHere(model: Model, changes = {}): Promise<EpochRecord[]> {
  const records: EpochRecord[] = [];
  try {
    for await (const record of train(model, smallData, { ...options, ...changes })) {
      records.push(record);
    }
  } finally {
    model.dispose();
  }
  return records;
}

/** What tfjs's `cpu` backend makes of the same run, once for all engines. Leaves that in use. */
const references = new Map<() => Model, Promise<EpochRecord[]>>();
function reference(make: () => Model): Promise<EpochRecord[]> {
  const compute = () => useBackend({ engine: "cpu" }).then(() => runHere(make()));
  return references.get(make) ?? references.set(make, compute()).get(make)!;
}

const comparisons = [
  [smallModel, ["onednn", "portable"]],
  [denseModel, ["onednn", "portable", "webgpu"]],
] as const;

for (const [make, engines] of comparisons) {
  await eachEngine(
    `train() of a ${make.name} ends an epoch where tfjs's cpu does`,
    async (engine) => {
      const wanted = await reference(make);
      await useBackend({ engine, threads: 1 });
      const records = await runHere(make());
      assert.equal(records[0].tensors, records[1].tensors);
      for (const [i, { test }] of records.entries()) {
        const difference = Math.abs(test.loss - wanted[i].test.loss);
        assert.ok(difference < tolerance, `epoch ${i}: ${test.loss}, cpu ${wanted[i].test.loss}`);
      }
      // And it has learnt: the comparison is not one of two models that stand still.
      assert.ok(records[1].test.loss < records[0].test.loss - 1000 * tolerance);
    },
    [...engines],
  );
}

await eachEngine(
  "train() on WebGPU is resumed to the bit, and stops before a term that is not finite",
  async () => {
    await useBackend({ engine: "webgpu" });
    const folder = await Deno.makeTempDir();
    const [whole, resumed] = [denseModel(), denseModel()];
    for await (const _ of train(whole, smallData, { ...options, epochs: 2 }));
    for await (const _ of train(denseModel(), smallData, { ...options, folder }));
    for await (
      const _ of train(resumed, smallData, { ...options, folder, resume: true, epochs: 2 })
    );
    assert.equal(maxDifference(await weightsOf(resumed), await weightsOf(whole)), 0);
    await Deno.remove(folder, { recursive: true });
    await assert.rejects(
      runHere(denseModel(), { learningRate: 1e30 }),
      /is not finite in epoch 1, batch \d/,
    );
  },
  ["webgpu"],
);
