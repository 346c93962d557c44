import assert from "node:assert/strict";
import { exportSafetensors } from "../../lib/export/safetensors.ts";
import { useBackend } from "../../lib/compute/backend.ts";
import { OptionError } from "../../lib/options.ts";
import { loadRun, readRun } from "../../lib/training/checkpoint.ts";
import { preset } from "../../lib/models/presets.ts";
import { inFolder } from "../in_folder.ts";
import { presetModel } from "./export_cases.ts";

await useBackend({ engine: "cpu" });

async function read(path: string) {
  const bytes = await Deno.readFile(path);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  assert.equal(length % 8, 0, "numbers begin at a multiple of 8");
  const json = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  const { __metadata__: metadata, ...tensors } = JSON.parse(json);
  const data = (name: string) => {
    const [from, to] = tensors[name].data_offsets;
    return new Float32Array(bytes.buffer.slice(8 + length + from, 8 + length + to));
  };
  return { metadata, tensors, data, size: bytes.length - 8 - length };
}

Deno.test("exportSafetensors() writes each weight by its name, and nothing beside", () =>
  inFolder(async (folder) => {
    const model = presetModel("conv-vae"), path = `${folder}/model.safetensors`;
    await exportSafetensors(model, path);
    const { tensors, data, size } = await read(path);
    assert.deepEqual(Object.keys(tensors), [
      ...["conv_1", "conv_2", "moments"].flatMap((layer) => [
        `encoder.${layer}.kernel`,
        `encoder.${layer}.bias`,
      ]),
      ...["dense_1", "deconv_1", "deconv_2", "logits"].flatMap((layer) => [
        `decoder.${layer}.kernel`,
        `decoder.${layer}.bias`,
      ]),
    ]);
    assert.deepEqual(tensors["decoder.deconv_1.kernel"].shape, [3, 3, 64, 32]);
    assert.equal(size, 4 * model.parameterCount);
    model.variables().forEach((variable, i) =>
      assert.deepEqual(data(Object.keys(tensors)[i]), variable.dataSync())
    );
    assert.deepEqual([...Deno.readDirSync(folder)].length, 1, "nothing half written");
  }));

Deno.test("exportSafetensors() holds the likelihood's learned scale, and says it in the header", () =>
  inFolder(async (folder) => {
    const model = presetModel("conv-vae-cifar10"), path = `${folder}/model.safetensors`;
    await exportSafetensors(model, path);
    const { metadata, data, size } = await read(path);
    const scale = model.logScale!.dataSync();
    assert.deepEqual(data("log_scale"), scale);
    assert.deepEqual(JSON.parse(metadata.logScale), [...scale]);
    assert.equal(size, 4 * model.parameterCount);
  }));

const shipped = new URL("../../data/pretrained/conv-vae-fast-z2-seed1", import.meta.url).pathname;

Deno.test("exportSafetensors() says seed, settings, images and version in the header", () =>
  inFolder(async (folder) => {
    const { model, run } = await loadRun(shipped), path = `${folder}/model.safetensors`;
    const { model: config, networks, start, training, data, changes } = run;
    await exportSafetensors(model, path, { run });
    const { metadata: { producer, layout, ...rest } } = await read(path);
    assert.match(producer, /^@tutorials\/autoencoders \d+\.\d+\.\d+$/);
    assert.match(layout, /conv2dTranspose \[height, width, out, in\]/);
    const texts = Object.entries<string>(rest).map(([key, text]) => [key, JSON.parse(text)]);
    const epoch = run.history.at(-1)!.epoch;
    assert.deepEqual(Object.fromEntries(texts), {
      model: config,
      networks,
      start,
      training,
      data,
      changes,
      epoch,
    });
    assert.match(rest.data, /"source":"mnist".*"whole":"[0-9a-f]{16}"/);
  }));

Deno.test("exportSafetensors() refuses another model's run, and says in what it is another", async () => {
  const run = await readRun(shipped);
  const other = preset("conv-vae", { latentDim: 3, seed: 2 }).build();
  await assert.rejects(exportSafetensors(other, "never", { run }), (error) => {
    assert.ok(error instanceof OptionError);
    assert.match(
      error.message,
      /^exportSafetensors: run: expected the model's own, got one of another: latentDim 2 \(the model: 3\); seed 1/,
    );
    return true;
  });
});
