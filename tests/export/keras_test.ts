import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { unzipSync } from "fflate";
import { useBackend } from "../../lib/compute/backend.ts";
import { exportKeras } from "../../lib/export/keras/export_keras.ts";
import { readHdf5 } from "../../lib/export/keras/hdf5.ts";
import { importKeras } from "../../lib/export/keras/import_keras.ts";
import { networkConfig } from "../../lib/export/keras/network_config.ts";
import { kerasVariables, snakeCase } from "../../lib/export/keras/variables.ts";
import { conv2d, conv2dTranspose, dense, flatten, reshape } from "../../lib/models/layers.ts";
import { createVae } from "../../lib/models/create_model.ts";
import { preset } from "../../lib/models/presets.ts";
import { OptionError } from "../../lib/options.ts";
import { assertNear } from "../assert_near.ts";
import { layerCases } from "../compute/layer_cases.ts";
import golden from "../golden/keras_cvae.json" with { type: "json" };
import { inFolder } from "../in_folder.ts";
import { presetModel } from "./export_cases.ts";

await useBackend({ engine: "cpu" });

const savedByKeras = new URL("../golden/keras_cvae.weights.h5", import.meta.url).pathname;

/** The network of `golden/make_keras.py`, its layers under other names than Keras gave them. */
function cvae({ filters = 5 } = {}) {
  const convolution = { kernelSize: 3, strides: 2, activation: "relu" } as const;
  const doubled = { ...convolution, padding: "same" } as const;
  return createVae({
    encoder: tf.sequential({
      layers: [
        conv2d({ ...convolution, filters: 3, inputShape: [12, 8, 1], name: "first" }),
        conv2d({ ...convolution, filters, strides: 1 }),
        flatten(),
        dense({ units: 4, name: "moments" }),
      ],
    }),
    decoder: tf.sequential({
      layers: [
        dense({ units: 18, activation: "relu", inputShape: [2] }),
        reshape({ targetShape: [3, 2, 3] }),
        conv2dTranspose({ ...doubled, filters: 5 }),
        conv2dTranspose({ ...doubled, filters: 3 }),
        conv2dTranspose({ kernelSize: 3, padding: "same", filters: 1 }),
      ],
    }),
  });
}

Deno.test("importKeras() reads what Keras saved: the same numbers come out", async () => {
  const model = cvae();
  await importKeras(model, savedByKeras);
  const { mean, logVar } = model.encode(tf.tensor4d(golden.x, [2, 12, 8, 1]));
  const moments = tf.concat([mean, logVar!], 1).dataSync();
  assertNear(moments, golden.moments, { absolute: 1e-5 }, "moments");
  assertNear(model.decode(mean).dataSync(), golden.logits, { absolute: 2e-5 }, "logits");
});

Deno.test("importKeras() names every weight that does not fit, and leaves the model as it is", async () => {
  const model = cvae({ filters: 4 });
  const before = model.variables().map((variable) => [...variable.dataSync()]);
  await assert.rejects(importKeras(model, savedByKeras), (error) => {
    assert.equal((error as Error).name, "WeightsMismatch");
    const { message } = error as Error;
    assert.match(
      message,
      /encoder\/layers\/conv2d_1\/vars\/0 \(conv2d_\w+\/kernel\): the model has \[3, 3, 3, 4\], saved is \[3, 3, 3, 5\]/,
    );
    assert.match(message, /encoder\/layers\/dense\/vars\/0 \(moments\/kernel\)/);
    assert.doesNotMatch(message, /decoder/);
    return true;
  });
  assert.deepEqual(model.variables().map((variable) => [...variable.dataSync()]), before);
  const names = (error: unknown) => {
    assert.match(
      (error as Error).message,
      /encoder\/layers\/conv2d\/vars\/0: saved is \[3, 3, 1, 3\], the model has none/,
    );
    assert.match(
      (error as Error).message,
      /dense_1\/vars\/0 \(mean\/kernel\): the model has \[256, 2\], saved is no such array/,
    );
    return true;
  };
  await assert.rejects(importKeras(preset("dense-vae").build(), savedByKeras), names);
});

Deno.test("importKeras() says what is no HDF5 file", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.weights.h5`;
    await Deno.writeTextFile(path, "no weights");
    await assert.rejects(importKeras(cvae(), path), {
      name: "DamagedError",
      message: `Cannot read "${path}": it is no HDF5 file`,
    });
  }));

Deno.test("exportKeras() writes what importKeras() reads, to the bit", () =>
  inFolder(async (folder) => {
    for (const name of ["conv-vae", "dense-vae", "conv-ae-2", "conv-vae-cifar10"] as const) {
      const model = presetModel(name), other = preset(name, { seed: 9 }).build();
      const files = await exportKeras(model, folder);
      assert.deepEqual(files, {
        encoder: `${folder}/encoder.keras`,
        decoder: `${folder}/decoder.keras`,
        weights: `${folder}/model.weights.h5`,
      });
      await importKeras(other, files.weights);
      assert.deepEqual(
        other.variables().map((variable) => variable.dataSync()),
        model.variables().map((variable) => variable.dataSync()),
      );
    }
    assert.equal([...Deno.readDirSync(folder)].length, 3, "nothing half written");
  }));

Deno.test("exportKeras() gives a network with its weights and says what the model is", () =>
  inFolder(async (folder) => {
    const model = presetModel("conv-vae");
    const { encoder } = await exportKeras(model, folder);
    const zip = unzipSync(await Deno.readFile(encoder));
    const json = (name: string) => JSON.parse(new TextDecoder().decode(zip[name]));
    const { keras_version, producer, model: config } = json("metadata.json");
    assert.match(`${keras_version} ${producer}`, /^3\.\d+\.\d+ @tutorials\/autoencoders \d/);
    assert.deepEqual(JSON.parse(config), model.config);
    const { config: { layers } } = json("config.json");
    assert.deepEqual(layers.map(({ class_name }: { class_name: string }) => class_name), [
      "InputLayer",
      "Conv2D",
      "Conv2D",
      "Flatten",
      "Dense",
    ]);
    assert.deepEqual(layers[1].config, {
      name: "conv_1",
      dtype: "float32",
      filters: 32,
      kernel_size: [3, 3],
      strides: [2, 2],
      padding: "valid",
      activation: "relu",
      use_bias: true,
    });
    const weights = await readHdf5(zip["model.weights.h5"]);
    assert.deepEqual([...weights.keys()].sort(), [
      "layers/conv2d/vars/0",
      "layers/conv2d/vars/1",
      "layers/conv2d_1/vars/0",
      "layers/conv2d_1/vars/1",
      "layers/dense/vars/0",
      "layers/dense/vars/1",
    ]);
    const [kernel] = model.encoder.getWeights();
    assert.deepEqual(weights.get("layers/conv2d/vars/0"), {
      shape: kernel.shape,
      data: kernel.dataSync(),
    });
  }));

Deno.test("networkConfig() counts a network's calls from 0, as Keras 3 does", () => {
  const { config } = networkConfig(layerCases["models in the place of layers"](), "test");
  const layers = config.layers as { class_name: string; inbound_nodes: [string, number][][] }[];
  const calls = layers.flatMap(({ inbound_nodes }) => inbound_nodes.map(([[, call]]) => call));
  assert.deepEqual(calls, [0, 0, 1], "of the input, of the inner network's first and second call");
  assert.deepEqual((config.output_layers as unknown[]).slice(1), [0, 0]);
});

Deno.test("networkConfig() refuses by the layer's name what Keras computes otherwise", () => {
  const network = (layer: tf.layers.Layer) =>
    tf.sequential({ layers: [tf.layers.flatten({ inputShape: [2, 2, 1] }), layer] });
  const refused = (layer: tf.layers.Layer, message: RegExp) =>
    assert.throws(() => networkConfig(network(layer), "exportKeras: decoder"), (error) => {
      assert.ok(error instanceof OptionError);
      assert.match(error.message, message);
      return true;
    });
  refused(
    tf.layers.dense({ units: 1, activation: "hardSigmoid", name: "gate" }),
    /^exportKeras: decoder: layer "gate" \(Dense\): Keras has no equivalent of activation "hardSigmoid"$/,
  );
  refused(tf.layers.layerNormalization({ name: "even" }), /layer "even" .* of it here$/);
});

Deno.test("kerasVariables() counts layers by class, and networks within networks by theirs", () => {
  assert.equal(snakeCase("Conv2DTranspose"), "conv2d_transpose");
  assert.equal(snakeCase("PReLU"), "p_re_lu");
  const nested = layerCases["a sequential model that begins with a model"]();
  assert.deepEqual(kerasVariables(nested, "encoder").map(({ path }) => path), [
    "encoder/layers/sequential/layers/conv2d/vars/0",
    "encoder/layers/sequential/layers/conv2d/vars/1",
    "encoder/layers/dense/vars/0",
    "encoder/layers/dense/vars/1",
  ]);
  const residual = layerCases["a residual network"]();
  assert.equal(kerasVariables(residual, "").at(-1)!.path, "layers/conv2d_6/vars/0");
});
