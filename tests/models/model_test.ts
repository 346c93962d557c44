import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { createAutoencoder, createVae } from "../../lib/models/create_model.ts";
import { reparameterize } from "../../lib/models/model.ts";
import { concatenate, dense, flatten, reshape } from "../../lib/models/layers.ts";
import { preset, presetNames } from "../../lib/models/presets.ts";
import { RandomStream } from "../../lib/random.ts";

await useBackend({ engine: "portable", threads: 1 });

// The residual network's latentDim follows from its plane: tests/models/residual_test.ts.
for (const name of presetNames.filter((name) => name !== "residual-vae-cifar10")) {
  Deno.test(`preset() ${name} builds for every latentDim`, () => {
    for (const latentDim of [1, 2, 3, 10, 50]) {
      const model = preset(name, { latentDim }).build();
      tf.tidy(() => {
        const shape: [number, number, number, number] = [3, ...model.config.inputShape];
        const x = tf.randomUniform(shape, 0, 1, "float32", 7) as tf.Tensor4D;
        const { classes } = model.config;
        const y = classes ? tf.oneHot([0, 1, 1], classes).cast("float32") as tf.Tensor2D : null;
        const { mean, logVar } = model.encode(x, y);
        assert.deepEqual(mean.shape, [3, latentDim]);
        assert.deepEqual(
          logVar?.shape ?? null,
          model.config.kind === "vae" ? [3, latentDim] : null,
        );
        assert.deepEqual(model.decode(mean, y).shape, shape);
        const means = model.pixelMeans(mean, y).dataSync();
        assert.ok(means.every((value) => value > 0 && value < 1));
      });
      model.dispose();
    }
  });
}

Deno.test("preset() builds images of another size and of three channels", () => {
  const models = [
    preset("conv-vae", { filters: [4, 6], inputShape: [32, 20, 3] }),
    preset("dense-vae", { inputShape: [9, 7, 2], hiddenUnits: [12, 5] }),
    preset("conv-ae-2", { filters: [4, 4, 6], decoderFilters: [5, 3], inputShape: [12, 16, 1] }),
  ].map(({ build }) => build());
  for (const model of models) {
    tf.tidy(() => {
      const [height, width, channels] = model.config.inputShape;
      const x = tf.ones([2, height, width, channels]) as tf.Tensor4D;
      assert.deepEqual(model.reconstruct(x).shape, x.shape);
    });
    model.dispose();
  }
});

Deno.test("build() draws the same weights from the same seed, others from another", () => {
  const weights = (seed: number) => {
    const model = preset("conv-vae", { seed }).build();
    const values = model.variables().map((variable) => [...variable.dataSync()]);
    model.dispose();
    return values;
  };
  assert.deepEqual(weights(1), weights(1));
  assert.notDeepEqual(weights(1)[0], weights(2)[0]);
  assert.notDeepEqual(weights(0)[0], weights(2)[0]);
});

Deno.test("build() draws kernels from Glorot's uniform distribution, biases are zero", () => {
  const model = preset("dense-vae").build();
  const [kernel, bias] = model.variables().map((variable) => variable.dataSync());
  const limit = Math.sqrt(6 / (784 + 256));
  assert.ok(kernel.every((value) => Math.abs(value) <= limit));
  const variance = [...kernel].reduce((sum, value) => sum + value * value, 0) / kernel.length;
  assert.ok(Math.abs(variance - limit ** 2 / 3) < 0.01 * limit ** 2);
  assert.ok(bias.every((value) => value === 0));
  model.dispose();
});

Deno.test("Model.encode() names the shape it wants and the one it got", () => {
  const model = preset("conv-vae").build();
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
  const model = preset("conv-vae").build();
  tf.tidy(() => {
    assert.deepEqual(model.sample().shape, [100, 28, 28, 1]);
    const eps = tf.tensor2d(new RandomStream(1, "prior").normals(6), [3, 2]);
    const own = model.sample(eps).dataSync();
    assert.deepEqual(own, model.pixelMeans(eps).dataSync());
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
  const model = preset("conv-vae-50").build();
  const x = tf.zeros([2, 28, 28, 1]) as tf.Tensor4D;
  const before = tf.memory().numTensors;
  const { mean, logVar } = model.encode(x);
  const logits = model.decode(mean);
  assert.equal(tf.memory().numTensors, before + 3);
  tf.dispose([mean, logVar!, logits, x]);
  model.dispose();
});

/** A pair of networks of one dense layer each. */
function pair({ latentDim = 2, kind = "vae", seed }: {
  latentDim?: number;
  kind?: "vae" | "ae";
  seed?: number;
} = {}) {
  const kernelInitializer = seed === undefined
    ? "glorotUniform" as const
    : tf.initializers.randomUniform({ minval: -1, maxval: 1, seed });
  const units = kind === "vae" ? 2 * latentDim : latentDim;
  const encoder = tf.sequential({
    layers: [flatten({ inputShape: [4, 3, 2] }), dense({ units, kernelInitializer })],
  });
  const decoder = tf.sequential({
    layers: [dense({ inputShape: [latentDim], units: 24 }), reshape({ targetShape: [4, 3, 2] })],
  });
  return { encoder, decoder };
}

const valuesOf = (network: tf.LayersModel) =>
  network.getWeights().map((weight) => [...weight.dataSync()]);

Deno.test("createVae() reads latentDim and the image off the reader's networks, which stay theirs", () => {
  const networks = pair({ latentDim: 3 });
  const model = createVae({ ...networks, seed: 5, name: "mine" });
  assert.deepEqual(model.config, {
    name: "mine",
    kind: "vae",
    likelihood: "bernoulli",
    inputShape: [4, 3, 2],
    latentDim: 3,
    treatment: "threshold",
    seed: 5,
  });
  assert.equal(model.encoder, networks.encoder);
  assert.equal(model.decoder, networks.decoder);
});

Deno.test("createAutoencoder() has a code without a log-variance, and squared errors by default", () => {
  const model = createAutoencoder(pair({ kind: "ae" }));
  assert.equal(model.config.likelihood, "mse");
  assert.equal(model.config.treatment, "grey");
  tf.tidy(() => assert.equal(model.encode(tf.zeros([1, 4, 3, 2])).logVar, null));
});

Deno.test("createVae() draws weights from its seed, but for a layer that names its own", () => {
  const of = (seed: number, own?: number) => {
    const { encoder, decoder } = createVae({ ...pair({ seed: own }), seed });
    return [valuesOf(encoder), valuesOf(decoder)];
  };
  assert.deepEqual(of(1), of(1));
  const [one, two] = [of(1, 7), of(2, 7)];
  assert.deepEqual(one[0], two[0], "the encoder's kernel names seed 7");
  assert.notDeepEqual(one[1], two[1]);
});

Deno.test("createVae() with keepWeights begins with the weights that are there, and goes back to them", () => {
  const networks = pair();
  const before = valuesOf(networks.encoder);
  const model = createVae({ ...networks, keepWeights: true });
  assert.deepEqual(valuesOf(model.encoder), before);
  model.encoder.setWeights(model.encoder.getWeights().map((weight) => tf.zerosLike(weight)));
  model.initialize();
  assert.deepEqual(valuesOf(model.encoder), before);
  assert.match(model.startingPoint(), /^weights [0-9a-f]{16}$/);
  assert.equal(createVae(pair()).startingPoint(), "seed");
});

Deno.test("Model.encode() takes mean and log-variance as one output, as two, and put together of any", () => {
  const image = tf.input({ shape: [4, 3, 2] });
  const flat = flatten().apply(image) as tf.SymbolicTensor;
  const head = (units: number) => dense({ units }).apply(flat) as tf.SymbolicTensor;
  const [mean, logVar] = [head(2), head(2)];
  const two = tf.model({ inputs: image, outputs: [mean, logVar] });
  const side = (...heads: tf.SymbolicTensor[]) =>
    tf.model({ inputs: image, outputs: concatenate().apply(heads) as tf.SymbolicTensor });
  const model = createVae({ encoder: two, decoder: pair().decoder });
  const others = [[mean, logVar], [head(1), head(3)], [head(3), head(1)], [
    head(1),
    head(1),
    head(2),
  ]]
    .map((heads) => createVae({ encoder: side(...heads), decoder: pair().decoder }));
  tf.tidy(() => {
    const x = tf.randomUniform([5, 4, 3, 2], 0, 1, "float32", 3) as tf.Tensor4D;
    const [m, mb, v, vb] = two.getWeights();
    const joint = createVae({ ...pair() });
    const both = [tf.concat([m, v], 1), tf.concat([mb, vb])];
    joint.encoder.setWeights(both);
    for (const { encoder } of others) {
      const widths = encoder.getWeights().flatMap(({ shape, rank }) => rank === 2 ? shape[1]! : []);
      const [kernels, biases] = [tf.split(both[0], widths, 1), tf.split(both[1], widths)];
      encoder.setWeights(kernels.flatMap((kernel, i) => [kernel, biases[i]]));
    }
    const wanted = joint.encode(x);
    for (const [name, one] of [model, ...others].entries()) {
      const got = one.encode(x);
      for (const key of ["mean", "logVar"] as const) {
        assert.deepEqual(got[key]!.shape, [5, 2]);
        const [a, b] = [got[key]!.dataSync(), wanted[key]!.dataSync()];
        a.forEach((value, i) => assert.ok(Math.abs(value - b[i]) < 1e-6, `${name} ${key} ${i}`));
      }
    }
  });
});

Deno.test("createVae() answers options that cannot be used in one line", () => {
  const networks = pair();
  const say = (options: object, message: RegExp) =>
    assert.throws(() => createVae({ ...networks, ...options } as never), message);
  say(
    { likelihood: "mse" },
    /^OptionError: createVae: likelihood: expected "bernoulli" or .*, got "mse"/,
  );
  say({ encoder: {} }, /createVae: encoder: expected a tf\.LayersModel/);
  say({ name: "../up" }, /createVae: name: expected letters, digits/);
  say({ sede: 3 }, /createVae: sede: no such option; did you mean `seed`\?/);
});
