import assert from "node:assert/strict";
import { createModel } from "../../lib/models/model.ts";
import { type ModelConfig, preset, type PresetName, presets } from "../../lib/models/presets.ts";
import { OptionError } from "../../lib/options.ts";

const says = (message: string) => (error: unknown) => {
  assert.ok(error instanceof OptionError);
  assert.equal(error.message, message);
  return true;
};

/** As the tutorials' own `summary()`s count them. */
const parameterCounts: Record<PresetName, number> = {
  "conv-vae": 69_989,
  "dense-vae": 404_244,
  "dense-vae-64": 113_680,
  "conv-vae-50": 366_533,
  "conv-ae-10": 95_939,
  "conv-ae-2": 67_707,
};

for (const [name, count] of Object.entries(parameterCounts)) {
  Deno.test(`preset() ${name} has ${count} parameters`, () => {
    const model = createModel(preset(name as PresetName));
    assert.equal(model.parameterCount, count);
    model.dispose();
  });
}

Deno.test("preset() changes the fields that are given and no other", () => {
  const config = preset("conv-vae", { latentDim: 10, beta: undefined });
  assert.deepEqual(config, { ...presets["conv-vae"], latentDim: 10 });
});

Deno.test("preset() answers a misspelt field with the nearest right one", () => {
  assert.throws(
    () => preset("conv-vae", { latnetDim: 3 } as unknown as Partial<ModelConfig>),
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

Deno.test("preset() refuses an objective that does not belong to the kind of model", () => {
  assert.throws(
    () => preset("conv-vae", { objective: "mse" }),
    says(
      'preset "conv-vae": objective: expected monte-carlo or analytic for kind "vae", got "mse"',
    ),
  );
});

Deno.test("preset() refuses image sizes the decoder cannot reach", () => {
  assert.throws(
    () => preset("conv-vae", { inputShape: [30, 28, 1] }),
    /inputShape: expected a height and width divisible by 4 .* got 30×28/,
  );
});

Deno.test("preset() refuses decoder filters that do not fit the doublings", () => {
  assert.throws(
    () => preset("conv-ae-2", { decoderFilters: [64, 32, 16] }),
    /decoderFilters: expected 2 entries, one for each doubling of the image, got 3/,
  );
});
