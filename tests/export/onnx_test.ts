/** ONNX files, run by onnxruntime's WebAssembly within Deno. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-web";
import { exportOnnx } from "../../lib/export/onnx/export_onnx.ts";
import { networkGraph } from "../../lib/export/onnx/network_graph.ts";
import { describeNetwork } from "../../lib/models/topology.ts";
import { OptionError } from "../../lib/options.ts";
import { inFolder } from "../in_folder.ts";
import { differenceOf, type ExportCase, onnxCases, presetModel, report } from "./export_cases.ts";

async function run({ file, x }: ExportCase) {
  const session = await InferenceSession.create(await Deno.readFile(file));
  const feeds = { [session.inputNames[0]]: new Tensor("float32", x.data, x.shape) };
  const outputs = await session.run(feeds);
  await session.release();
  return session.outputNames.map((name) => {
    const { dims, data } = outputs[name];
    return { shape: [...dims], data: [...data as Float32Array] };
  });
}

Deno.test("exportOnnx() writes files that compute what each layer and each preset does", () =>
  inFolder(async (folder) => {
    const differences = [];
    for (const one of await onnxCases(folder)) differences.push(differenceOf(await run(one), one));
    assert.ok(differences.length > 100);
    assert.deepEqual(report("onnxruntime-web in Deno", differences), []);
  }));

Deno.test("exportOnnx() names inputs and outputs by the field's words", () =>
  inFolder(async (folder) => {
    const ends = async (path: string) => {
      const { inputNames, outputNames } = await InferenceSession.create(await Deno.readFile(path));
      return [inputNames, outputNames];
    };
    const vae = await exportOnnx(presetModel("conv-vae"), join(folder, "vae"));
    assert.deepEqual(vae, {
      encoder: join(folder, "vae", "encoder.onnx"),
      decoder: join(folder, "vae", "decoder.onnx"),
    });
    assert.deepEqual(await ends(vae.encoder), [["x"], ["mean", "log_variance"]]);
    assert.deepEqual(await ends(vae.decoder), [["z"], ["logits"]]);
    const autoencoder = await exportOnnx(presetModel("conv-ae-2"), join(folder, "ae"));
    assert.deepEqual(await ends(autoencoder.encoder), [["x"], ["code"]]);
    assert.deepEqual([...Deno.readDirSync(join(folder, "ae"))].length, 2, "nothing half written");
  }));

Deno.test("exportOnnx() says in the file what the model is", () =>
  inFolder(async (folder) => {
    const model = presetModel("dense-vae");
    const { decoder } = await exportOnnx(model, folder);
    const text = new TextDecoder().decode(await Deno.readFile(decoder));
    for (
      const part of [
        "@tutorials/autoencoders 1.0.0",
        JSON.stringify(model.config),
        JSON.stringify(describeNetwork(model.encoder)),
        "z [batch, 2] → logits [batch, 28, 28, 1], channels last",
      ]
    ) assert.ok(text.includes(part), part);
  }));

Deno.test("exportOnnx() refuses by the layer's name what ONNX has no equivalent of", async () => {
  const names = { input: "x", outputs: ["y"] };
  const refused = async (layer: tf.layers.Layer, message: RegExp) => {
    const network = tf.sequential({
      layers: [tf.layers.flatten({ inputShape: [2, 2, 1] }), layer],
    });
    await assert.rejects(networkGraph(network, names, "exportOnnx: encoder"), (error) => {
      assert.ok(error instanceof OptionError);
      assert.match(error.message, message);
      return true;
    });
  };
  await refused(
    tf.layers.layerNormalization({ name: "even" }),
    /^exportOnnx: encoder: layer "even" \(LayerNormalization\): ONNX has no equivalent of it here$/,
  );
});
