import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { createModel, reparameterize } from "../../lib/models/model.ts";
import { type ModelConfig, preset, type PresetName, presets } from "../../lib/models/presets.ts";
import { RandomStream } from "../../lib/random.ts";

await useBackend({ engine: "portable", threads: 1 });

const names = Object.keys(presets) as PresetName[];

for (const name of names) {
  Deno.test(`createModel() ${name} fits every latentDim`, () => {
    for (const latentDim of [1, 2, 3, 10, 50]) {
      const model = createModel(preset(name, { latentDim }));
      tf.tidy(() => {
        const x = tf.randomUniform([3, 28, 28, 1], 0, 1, "float32", 7) as tf.Tensor4D;
        const { mean, logVar } = model.encode(x);
        assert.deepEqual(mean.shape, [3, latentDim]);
        assert.deepEqual(
          logVar?.shape ?? null,
          model.config.kind === "vae" ? [3, latentDim] : null,
        );
        assert.deepEqual(model.decode(mean).shape, [3, 28, 28, 1]);
        const means = model.decode(mean, { applySigmoid: true }).dataSync();
        assert.ok(means.every((value) => value > 0 && value < 1));
      });
      model.dispose();
    }
  });
}

Deno.test("createModel() builds images of another size and of three channels", () => {
  for (
    const changes of [
      { inputShape: [32, 20, 3] },
      { architecture: "dense", inputShape: [9, 7, 2], hiddenUnits: [12, 5] },
      { architecture: "upsampling", filters: [4, 4, 6], inputShape: [12, 16, 1] },
    ] as Partial<ModelConfig>[]
  ) {
    const model = createModel(preset("conv-vae", { filters: [4, 6], ...changes }));
    tf.tidy(() => {
      const [height, width, channels] = model.config.inputShape;
      const x = tf.ones([2, height, width, channels]) as tf.Tensor4D;
      assert.deepEqual(model.reconstruct(x).shape, x.shape);
    });
    model.dispose();
  }
});

Deno.test("createModel() draws the same weights from the same seed, others from another", () => {
  const weights = (seed: number) => {
    const model = createModel(preset("conv-vae", { seed }));
    const values = model.variables().map((variable) => [...variable.dataSync()]);
    model.dispose();
    return values;
  };
  assert.deepEqual(weights(1), weights(1));
  assert.notDeepEqual(weights(1)[0], weights(2)[0]);
  assert.notDeepEqual(weights(0)[0], weights(2)[0]);
});

Deno.test("createModel() draws kernels from Glorot's uniform distribution, biases are zero", () => {
  const model = createModel(preset("dense-vae"));
  const [kernel, bias] = model.variables().map((variable) => variable.dataSync());
  const limit = Math.sqrt(6 / (784 + 256));
  assert.ok(kernel.every((value) => Math.abs(value) <= limit));
  const variance = [...kernel].reduce((sum, value) => sum + value * value, 0) / kernel.length;
  assert.ok(Math.abs(variance - limit ** 2 / 3) < 0.01 * limit ** 2);
  assert.ok(bias.every((value) => value === 0));
  model.dispose();
});

Deno.test("Model.encode() names the shape it wants and the one it got", () => {
  const model = createModel(preset("conv-vae"));
  assert.throws(
    () => model.encode(tf.zeros([2, 32, 32, 1])),
    /encode: expected images of shape \[batch, 28, 28, 1\], got \[2, 32, 32, 1\]/,
  );
  assert.throws(
    () => model.decode(tf.zeros([2, 3])),
    /decode: expected z of shape \[batch, 2\], got \[2, 3\]/,
  );
  model.dispose();
});

Deno.test("Model.sample() decodes 100 draws of the prior, or those it is given", () => {
  const model = createModel(preset("conv-vae"));
  tf.tidy(() => {
    assert.deepEqual(model.sample().shape, [100, 28, 28, 1]);
    const eps = tf.tensor2d(new RandomStream(1, "prior").normals(6), [3, 2]);
    const own = model.sample(eps).dataSync();
    assert.deepEqual(own, model.decode(eps, { applySigmoid: true }).dataSync());
    assert.deepEqual(own, model.sample().slice(0, 3).dataSync());
  });
  model.dispose();
});

Deno.test("reparameterize() is mean + exp(logVar / 2) · eps", () => {
  tf.tidy(() => {
    const z = reparameterize(
      tf.tensor2d([[1, -2]]),
      tf.tensor2d([[0, Math.log(9)]]),
      tf.tensor2d([[0.5, 2]]),
    );
    const values = z.dataSync();
    assert.ok(Math.abs(values[0] - 1.5) < 1e-6 && Math.abs(values[1] - 4) < 1e-5);
  });
});

Deno.test("Model keeps no tensor that its caller does not get", () => {
  const model = createModel(preset("conv-vae-50"));
  const x = tf.zeros([2, 28, 28, 1]) as tf.Tensor4D;
  const before = tf.memory().numTensors;
  const { mean, logVar } = model.encode(x);
  const logits = model.decode(mean);
  assert.equal(tf.memory().numTensors, before + 3);
  tf.dispose([mean, logVar!, logits, x]);
  model.dispose();
});
