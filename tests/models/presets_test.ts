import assert from "node:assert/strict";
import { preset, type PresetChanges, type PresetName } from "../../lib/models/presets.ts";
import { OptionError } from "../../lib/options.ts";

const says = (message: string) => (error: unknown) => {
  assert.ok(error instanceof OptionError);
  assert.equal(error.message, message);
  return true;
};

Deno.test("preset() changes the fields that are given and no other", () => {
  const { build, training, seedMatters } = preset("conv-vae", { latentDim: 10, beta: undefined });
  assert.deepEqual(training, preset("conv-vae").training);
  const model = build();
  assert.equal(model.config.latentDim, 10);
  assert.equal(seedMatters, false);
  assert.equal(preset("conv-vae", { seed: 1 }).seedMatters, true);
  assert.deepEqual(preset("conv-vae", { beta: 4 }).training, { ...training, beta: 4 });
  model.dispose();
});

Deno.test("preset() answers a misspelt field with the nearest right one", () => {
  assert.throws(
    () => preset("conv-vae", { latnetDim: 3 } as unknown as PresetChanges),
    says('preset "conv-vae": latnetDim: no such option; did you mean `latentDim`?'),
  );
});

Deno.test("preset() names field, value and what was wanted", () => {
  assert.throws(
    () => preset("conv-vae", { latentDim: 0 }),
    says('preset "conv-vae": latentDim: expected an integer >= 1, got 0'),
  );
  assert.throws(
    () => preset("conv-vea" as PresetName),
    (error: Error) =>
      /expected .*"conv-vae".*, got "conv-vea"; did you mean `conv-vae`\?/.test(error.message),
  );
});

Deno.test("preset() refuses a likelihood that a VAE has not, and a field of another network", () => {
  assert.throws(
    () => preset("conv-vae", { likelihood: "mse" }),
    says(
      'preset "conv-vae": likelihood: expected "bernoulli" or "continuous-bernoulli" or ' +
        '"gaussian" or "discretized-logistic" for kind "vae", got "mse"',
    ),
  );
  assert.throws(
    () => preset("dense-vae", { filters: [32] }),
    /preset "dense-vae": filters: no such option/,
  );
});

Deno.test("preset() gives an autoencoder of the same layers where one is asked for", () => {
  const model = preset("conv-vae", { kind: "ae", latentDim: 3 }).build();
  assert.equal(model.config.kind, "ae");
  assert.deepEqual(model.encoder.outputs[0].shape, [null, 3]);
  model.dispose();
});

Deno.test("preset() refuses image sizes that the layers use up, or the decoder cannot reach", () => {
  assert.throws(
    () => preset("conv-vae", { inputShape: [30, 28, 1] }),
    /inputShape: expected a height and width divisible by 4 .* got 30×28/,
  );
  const tooSmall =
    /expected at least (7|15|31)×\1 pixels, got .*conv_[2-4] would have nothing left/;
  for (
    const [size, filters] of [[4, [4, 4]], [8, [4, 4, 4]], [16, [4, 4, 4, 4]]] as const
  ) {
    assert.throws(
      () => preset("conv-vae", { inputShape: [size, size, 1], filters: [...filters] }),
      tooSmall,
    );
  }
});

Deno.test("preset() refuses decoder filters that do not fit the doublings", () => {
  assert.throws(
    () => preset("conv-ae-2", { decoderFilters: [64, 32, 16] }),
    /decoderFilters: expected 2 entries, one for each doubling of the image, got 3/,
  );
});
