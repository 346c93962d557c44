import assert from "node:assert/strict";
import { fixedSamples, renderFixedSamples } from "../../lib/film/fixed_samples.ts";
import { sigmoid, tinyModel, tinySet, withoutLeaks } from "../latent/tiny_model.ts";

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not near ${b}`);

Deno.test("renderFixedSamples() draws the same frame twice and changes with the model alone", () =>
  withoutLeaks(async () => {
    const model = tinyModel();
    const fixed = fixedSamples(model, tinySet(40));
    assert.equal(fixed.originals.count, 16);
    assert.equal(fixed.priorCodes.count, 16);
    const first = await renderFixedSamples(model, fixed);
    assert.deepEqual(await renderFixedSamples(model, fixed), first);
    const pixelMeans = model.pixelMeans;
    model.pixelMeans = (z) => pixelMeans(z.mul(2));
    const later = await renderFixedSamples(model, fixed);
    assert.notDeepEqual(later.prior, first.prior);
    near(first.prior.pixels[0], sigmoid(fixed.priorCodes.values[0]));
    near(later.prior.pixels[0], sigmoid(2 * fixed.priorCodes.values[0]));
  }));

Deno.test("renderFixedSamples() adds noise to a VAE's codes and none to an autoencoder's", () =>
  withoutLeaks(async () => {
    const fixed = fixedSamples(tinyModel(), tinySet(20));
    const mean = 4 * fixed.originals.pixels[0];
    const vae = await renderFixedSamples(tinyModel("vae"), fixed);
    near(vae.reconstructions.pixels[0], sigmoid(mean + Math.exp(-1) * fixed.noise[0]));
    const ae = await renderFixedSamples(tinyModel("ae"), fixed);
    near(ae.reconstructions.pixels[0], sigmoid(mean));
    assert.equal(ae.prior.count, 16);
  }));

Deno.test("fixedSamples() takes what there is of a set with fewer images", () => {
  const fixed = fixedSamples(tinyModel(), tinySet(10));
  assert.deepEqual([fixed.set.count, fixed.originals.count, fixed.priorCodes.count], [10, 10, 10]);
});
