import assert from "node:assert/strict";
import { useBackend } from "../../lib/compute/backend.ts";
import { findModel } from "../../lib/training/find_model.ts";
import { train } from "../../lib/training/train.ts";
import { readWhole } from "../../lib/whole_folder.ts";
import { parseShipment, shipRun } from "../../lib/workbench/ship.ts";
import { editCheckpoint } from "../training/edit_checkpoint.ts";
import { maxDifference, smallData, smallRecipe, weightsOf } from "../training/small_run.ts";

await useBackend({ engine: "portable", threads: 1 });

Deno.test("shipRun() ships a run on all of MNIST so that findModel() finds it, and no other", async () => {
  const data = await Deno.makeTempDir();
  const [from, to] = [`${data}/own/conv-vae-z2-seed1`, `${data}/pretrained/conv-vae-z2-seed1`];
  const recipe = smallRecipe({ epochs: 1 });
  const model = recipe.build();
  for await (
    const _ of train(model, smallData, { ...recipe.training, folder: from, workers: 1 })
  );
  await assert.rejects(
    shipRun(from, to),
    /learnt from 100 synthetic images; only runs on all of MNIST are shipped/,
  );
  await editCheckpoint(from, ({ run }) => run.data.source = "mnist");
  await assert.rejects(
    shipRun(from, to),
    /learnt from 100 mnist images; only runs on all of MNIST/,
  );
  await editCheckpoint(from, ({ run }) => {
    run.data.train.count = 60_000;
    run.data.test.count = 10_000;
  });
  await Deno.mkdir(`${from}/codes`);
  await Deno.writeFile(`${from}/codes/codes_at_epoch_0000.bin`, new Uint8Array(8));
  await shipRun(from, to);
  const found = await findModel(recipe, { ...smallData, source: "mnist" }, { data });
  assert.equal(found?.origin, "pretrained");
  assert.equal(maxDifference(await weightsOf(found!.model), await weightsOf(model)), 0);
  assert.equal((await Deno.stat(`${to}/codes/codes_at_epoch_0000.bin`)).size, 8);
  assert.deepEqual([...(await readWhole(to)).keys()].sort(), [
    "codes/codes_at_epoch_0000.bin",
    "decoder/model.json",
    "decoder/weights.bin",
    "encoder/model.json",
    "encoder/weights.bin",
    "run.json",
  ]);
  await Deno.remove(data, { recursive: true });
});

Deno.test("parseShipment() takes the run's name without its hash, or the name after =", () => {
  assert.deepEqual(parseShipment("conv-vae-z2-seed1-0e1380"), {
    run: "conv-vae-z2-seed1-0e1380",
    name: "conv-vae-z2-seed1",
  });
  assert.deepEqual(parseShipment("dense-vae-z2-seed1-8d15bd=twins-ae-z2-seed1"), {
    run: "dense-vae-z2-seed1-8d15bd",
    name: "twins-ae-z2-seed1",
  });
  for (const wrong of ["run=", "run=a=b", "run=../elsewhere", "run=a/b"]) {
    assert.throws(() => parseShipment(wrong), {
      message: `ship: expected <run> or <run>=<name>, got "${wrong}"`,
    });
  }
});
