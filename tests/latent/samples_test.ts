import assert from "node:assert/strict";
import { fixedSamples, renderFixedSamples } from "../../lib/latent/fixed_samples.ts";
import { drawCodes, priorCodes, priorSamples, reconstructions } from "../../lib/latent/samples.ts";
import { RandomStream } from "../../lib/random.ts";
import { sigmoid, tinyModel, tinySet, withoutLeaks } from "./tiny_model.ts";

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not near ${b}`);

Deno.test("priorCodes() are N(0, 1), the same for one seed and others for another", () => {
  const codes = priorCodes(5000, 2, 1);
  const mean = codes.reduce((a, b) => a + b) / codes.length;
  const variance = codes.reduce((sum, x) => sum + x * x, 0) / codes.length;
  assert.ok(Math.abs(mean) < 0.03 && Math.abs(variance - 1) < 0.04);
  assert.deepEqual(codes, priorCodes(5000, 2, 1));
  assert.notDeepEqual(codes, priorCodes(5000, 2, 2));
});

Deno.test("drawCodes() equals hand values; no noise or no variance gives the means", () => {
  const means = Float32Array.of(1, 2), noise = Float32Array.of(-1, 3);
  const drawn = drawCodes(means, Float32Array.of(0, 2 * Math.log(2)), noise);
  assert.deepEqual([...drawn], [0, 8]);
  assert.equal(drawCodes(means, null, noise), means);
  assert.equal(drawCodes(means, Float32Array.of(0, 0), null), means);
});

Deno.test("priorSamples() decodes the prior's codes for VAE and autoencoder alike", () =>
  withoutLeaks(async () => {
    for (const kind of ["vae", "ae"] as const) {
      const pixels = await priorSamples(tinyModel(kind), { count: 3, seed: 5 });
      assert.equal(pixels.length, 48);
      near(pixels[17], sigmoid(priorCodes(3, 2, 5)[3]));
    }
  }));

Deno.test("reconstructions() go through the mean, or through a draw where a seed is given", () =>
  withoutLeaks(async () => {
    const set = tinySet(6), model = tinyModel();
    const plain = await reconstructions(model, set, { treatment: "grey", count: 4 });
    assert.equal(plain.originals.length, 64);
    near(plain.originals[20], set.pixels[20] / 255);
    near(plain.reconstructions[16], sigmoid((4 * set.pixels[16]) / 255));
    const drawn = await reconstructions(model, set, { treatment: "grey", count: 4, noiseSeed: 3 });
    const noise = new RandomStream(3, "evaluation").normals(8);
    near(drawn.reconstructions[16], sigmoid((4 * set.pixels[16]) / 255 + Math.exp(-1) * noise[2]));
  }));

Deno.test("renderFixedSamples() draws the same frame twice and changes with the model alone", () =>
  withoutLeaks(async () => {
    const fixed = fixedSamples(tinySet(40), { treatment: "threshold", latentDim: 2, seed: 7 });
    assert.equal(fixed.originals.length, 16 * 16);
    const model = tinyModel();
    const first = await renderFixedSamples(model, fixed);
    assert.deepEqual(await renderFixedSamples(model, fixed), first);
    const decode = model.decode;
    model.decode = (z, options) => decode(z.mul(2), options);
    const later = await renderFixedSamples(model, fixed);
    assert.notDeepEqual(later.prior, first.prior);
    near(first.prior[0], sigmoid(fixed.priorCodes[0]));
    near(later.prior[0], sigmoid(2 * fixed.priorCodes[0]));
  }));

Deno.test("renderFixedSamples() adds noise to a VAE's codes and none to an autoencoder's", () =>
  withoutLeaks(async () => {
    const fixed = fixedSamples(tinySet(20), { treatment: "threshold", latentDim: 2, seed: 7 });
    const mean = 4 * fixed.originals[0];
    const vae = await renderFixedSamples(tinyModel("vae"), fixed);
    near(vae.reconstructions[0], sigmoid(mean + Math.exp(-1) * fixed.noise[0]));
    const ae = await renderFixedSamples(tinyModel("ae"), fixed);
    near(ae.reconstructions[0], sigmoid(mean));
    assert.equal(ae.prior.length, 256);
  }));
