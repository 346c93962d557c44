import assert from "node:assert/strict";
import { meanSquaredError } from "../../lib/evaluation/metrics.ts";
import { disturbance } from "../../lib/latent/disturbance.ts";
import { reconstructions } from "../../lib/latent/samples.ts";
import { tinyModel, tinySet, withoutLeaks } from "./tiny_model.ts";

for (const latentDim of [1, 2, 10]) {
  Deno.test(`disturbance() begins with the plain reconstruction's error, latentDim ${latentDim}`, () =>
    withoutLeaks(async () => {
      const model = tinyModel("vae", latentDim), set = tinySet(30);
      const { treatment } = model.config;
      const { originals, reconstructions: rebuilt } = await reconstructions(model, set, {
        treatment,
        count: 30,
      });
      const { amounts, errors } = await disturbance(model, set, {
        target: treatment,
        count: 30,
        steps: 3,
        amount: 4,
      });
      assert.deepEqual(amounts, [0, 2, 4]);
      assert.ok(Math.abs(errors[0] - meanSquaredError(originals, rebuilt)) < 1e-9);
      // The tiny model's codes are its pixels, so that noise cannot but do harm.
      assert.ok(errors[0] < errors[1] && errors[1] < errors[2], String(errors));
    }));
}
