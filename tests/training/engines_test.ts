/** One run on every engine: the same seed ends at the same place, up to rounding. */
import assert from "node:assert/strict";
import { useBackend } from "../../lib/compute/backend.ts";
import type { EngineName } from "../../lib/compute/engines.ts";
import { train } from "../../lib/training/train.ts";
import type { EpochRecord } from "../../lib/training/records.ts";
import { eachEngine } from "../each_engine.ts";
import { maxDifference, smallData, smallModel, weightsOf } from "./small_run.ts";

/** Nats per image: rounding differs by engine, and training carries it on. */
const tolerance = 0.5;

const options = { workers: 1, epochs: 1, batchSize: 8 };
const results = new Map<EngineName, EpochRecord[]>();

async function runHere(changes = {}): Promise<EpochRecord[]> {
  const model = smallModel();
  const records: EpochRecord[] = [];
  for await (const record of train(model, smallData, { ...options, ...changes })) {
    records.push(record);
  }
  model.dispose();
  return records;
}

const engines: EngineName[] = ["cpu", "onednn", "portable", "webgpu"];

await eachEngine(
  "train() ends an epoch within 0.5 nats of the reference engine",
  async (engine) => {
    const records = await runHere();
    results.set(engine, records);
    assert.equal(records[0].tensors, records[1].tensors);
    const reference = results.get("cpu")!;
    for (const [i, { test }] of records.entries()) {
      assert.ok(
        Math.abs(test.loss - reference[i].test.loss) < tolerance,
        `epoch ${i}: ${test.loss}`,
      );
    }
    // And it has learnt: the comparison is not one of two models that stand still.
    assert.ok(records[1].test.loss < records[0].test.loss - 30, `${records[1].test.loss}`);
  },
  engines,
);

await eachEngine(
  "train() on WebGPU is resumed to the bit, and stops before a term that is not finite",
  async () => {
    await useBackend({ engine: "webgpu" });
    const folder = await Deno.makeTempDir();
    const [whole, resumed] = [smallModel(), smallModel()];
    for await (const _ of train(whole, smallData, { ...options, epochs: 2 }));
    for await (const _ of train(smallModel(), smallData, { ...options, folder }));
    for await (
      const _ of train(resumed, smallData, { ...options, folder, resume: true, epochs: 2 })
    );
    assert.equal(maxDifference(await weightsOf(resumed), await weightsOf(whole)), 0);
    await Deno.remove(folder, { recursive: true });
    await assert.rejects(runHere({ learningRate: 1e30 }), /is not finite in epoch 1, batch \d/);
  },
  ["webgpu"],
);
