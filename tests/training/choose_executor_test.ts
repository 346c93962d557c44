import assert from "node:assert/strict";
import { currentEngine, useBackend } from "../../lib/compute/backend.ts";
import { trainingSchema } from "../../lib/models/training_settings.ts";
import { chooseExecutor, defaultWorkers } from "../../lib/training/choose_executor.ts";
import { tinyData, tinyModel } from "./plain_loop.ts";

Deno.test("defaultWorkers() gives each at least four images, and is at most the engine's threads", async () => {
  await useBackend({ engine: "portable", threads: 4 });
  const wanted = [[1, 1], [7, 1], [8, 2], [12, 3], [16, 4], [1000, 4]];
  for (const [batchSize, workers] of wanted) assert.equal(defaultWorkers(batchSize), workers);
  await useBackend({ engine: "portable", threads: 1 });
  assert.equal(defaultWorkers(1000), 1);
  await useBackend({ engine: "cpu" });
  assert.equal(defaultWorkers(1000), 1, "tfjs's own backends compute in one thread");
});

Deno.test("chooseExecutor() lays out memory that holds the model's weights", async () => {
  for (const [engine, wish, workers] of [["portable", 1, 1], ["portable", 2, 2], ["cpu", 3, 1]]) {
    await useBackend({ engine: engine as "portable", threads: 1 });
    assert.equal(currentEngine(), engine);
    const model = tinyModel("vae", "grey");
    const training = trainingSchema.parse({});
    const job = { model, training, ...tinyData, evaluationBatches: 3 };
    const { executor, memory } = await chooseExecutor(job, wish as number);
    assert.equal(executor.workers, workers);
    assert.equal(memory.gradients.length, workers);
    assert.equal(memory.order.length, 23);
    assert.equal(memory.evaluation.length, 6);
    const weights = model.variables().flatMap((variable) => [...variable.dataSync()]);
    assert.deepEqual([...memory.weights], weights);
    assert.ok([...memory.m, ...memory.v].every((value) => value === 0));
    executor.close();
    model.dispose();
  }
});
