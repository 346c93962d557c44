import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { setWeights, WeightsMismatch } from "../../lib/models/model_files.ts";
import { loadWeights, saveModel } from "../../lib/models/save.ts";
import { loadRun, readCheckpoint, readRun } from "../../lib/training/checkpoint.ts";
import { requireRunFolder } from "../../lib/training/run_folder.ts";
import { train } from "../../lib/training/train.ts";
import { inFolder } from "../in_folder.ts";
import { maxDifference, smallData, smallModel, smallTraining, weightsOf } from "./small_run.ts";

await useBackend({ engine: "portable", threads: 1 });

async function trained(folder: string) {
  const model = smallModel();
  for await (
    const _ of train(model, smallData, { ...smallTraining, folder, epochs: 1, workers: 1 })
  );
  return model;
}

Deno.test("saveModel() writes what plain tf.loadLayersModel reads", async () => {
  await inFolder(async (folder) => {
    const model = smallModel();
    await saveModel(model, folder);
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      async (request) => {
        return new Response(await Deno.readFile(folder + new URL(request.url).pathname));
      },
    );
    const url = `http://127.0.0.1:${server.addr.port}/decoder/model.json`;
    const decoder = await tf.loadLayersModel(url);
    const z = tf.tensor2d([[0.3, -1]]);
    const own = model.decode(z), plain = decoder.predict(z) as tf.Tensor;
    assert.ok(maxDifference(await own.data(), await plain.data()) < 1e-5);
    tf.dispose([z, own, plain]);
    decoder.dispose();
    model.dispose();
    await server.shutdown();
  });
});

Deno.test("saveModel() in float16 halves the file and keeps three digits", async () => {
  await inFolder(async (folder) => {
    const model = smallModel(), other = smallModel({ seed: 2 });
    await saveModel(model, `${folder}/whole`);
    await saveModel(model, `${folder}/half`, { float16: true });
    const size = async (name: string) =>
      (await Deno.stat(`${folder}/${name}/encoder/weights.bin`)).size;
    assert.equal(await size("half") * 2, await size("whole"));
    await loadWeights(other, `${folder}/half`);
    const difference = maxDifference(await weightsOf(other), await weightsOf(model));
    assert.ok(difference > 0 && difference < 5e-4, `${difference}`);
  });
});

Deno.test("loadWeights() names every tensor that does not fit", async () => {
  await inFolder(async (folder) => {
    await saveModel(smallModel(), folder);
    await assert.rejects(loadWeights(smallModel({ latentDim: 3 }), folder), (error: Error) => {
      assert.ok(error instanceof WeightsMismatch);
      for (
        const part of [
          "encoder/moments/kernel: the model has [216, 6], saved is [216, 4]",
          "encoder/moments/bias: the model has [6], saved is [4]",
          "decoder/dense_1/kernel: the model has [3, 196], saved is [2, 196]",
        ]
      ) assert.ok(error.message.includes(part), `${error.message} lacks ${part}`);
      return true;
    });
  });
});

Deno.test("loadRun() gives the trained weights and the record back", async () => {
  await inFolder(async (folder) => {
    const model = await trained(folder);
    const { model: loaded, run } = await loadRun(folder);
    assert.equal(maxDifference(await weightsOf(loaded), await weightsOf(model)), 0);
    assert.deepEqual(run.history.map((record) => record.epoch), [0, 1]);
    const { source, train, test } = run.data;
    assert.deepEqual([source, train.count, test.count], ["synthetic", 100, 30]);
    assert.equal(run.parameters, model.parameterCount);
    assert.deepEqual(run, await readRun(folder));
  });
});

Deno.test("readCheckpoint() finds the old checkpoint where a crash left no new one", async () => {
  await inFolder(async (folder) => {
    const model = await trained(folder);
    // What a crash between the two renames leaves.
    await Deno.remove(`${folder}/model.old`, { recursive: true });
    await Deno.rename(`${folder}/model`, `${folder}/model.old`);
    const other = smallModel({ seed: 2 });
    const { position, files, place } = (await readCheckpoint(folder))!;
    setWeights(other, files, place);
    assert.equal(maxDifference(await weightsOf(other), await weightsOf(model)), 0);
    assert.deepEqual(position, { epoch: 2, batch: 0, step: 7, epochSums: [0, 0, 0], seconds: 0 });
  });
});

Deno.test("readCheckpoint() is null where there is none, and names a file that it cannot read", async () => {
  assert.equal(await readCheckpoint("nowhere"), null);
  await inFolder(async (folder) => {
    await trained(folder);
    const moments = `${folder}/model/optimizer.bin`;
    await Deno.truncate(moments, (await Deno.stat(moments)).size - 8);
    await Deno.remove(`${folder}/model.old`, { recursive: true });
    await assert.rejects(readCheckpoint(folder), /optimizer\.bin" is damaged/);
  });
});

Deno.test("requireRunFolder() takes a new folder or a run's, and no reader's own files", async () => {
  await inFolder(async (folder) => {
    await requireRunFolder(`${folder}/new`);
    await Deno.writeTextFile(`${folder}/notes.txt`, "mine");
    await requireRunFolder(folder);
    await Deno.mkdir(`${folder}/images`);
    await Deno.writeTextFile(`${folder}/images/holiday.jpg`, "mine");
    const message = /holds "images", which no run of this project wrote; name another folder/;
    await assert.rejects(requireRunFolder(folder), message);
    await assert.rejects(trained(folder), message);
    assert.equal(await Deno.readTextFile(`${folder}/images/holiday.jpg`), "mine");
    await assert.rejects(requireRunFolder(`${folder}/notes.txt`), /notes\.txt" is a file/);
    await trained(`${folder}/new`);
    await requireRunFolder(`${folder}/new`);
  });
});

Deno.test("a run killed between two epochs is resumed from its last checkpoint, to the bit", async () => {
  await inFolder(async (folder) => {
    const script = new URL("killed_run.ts", import.meta.url).pathname;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-check", script, folder],
      stdout: "piped",
    }).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream());
    let said = "";
    for await (const text of lines) {
      said += text;
      if (said.includes("epoch 2")) break;
    }
    child.kill("SIGKILL");
    await child.status;
    const resumed = smallModel();
    const options = { ...smallTraining, epochs: 5, workers: 1 };
    for await (const _ of train(resumed, smallData, { ...options, folder, resume: true }));
    const whole = smallModel();
    for await (const _ of train(whole, smallData, options));
    assert.equal(maxDifference(await weightsOf(resumed), await weightsOf(whole)), 0);
  });
});
