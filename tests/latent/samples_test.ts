import assert from "node:assert/strict";
import { Codes } from "../../lib/data/codes.ts";
import { drawCodes, priorCodes, reconstructions } from "../../lib/latent/samples.ts";
import { RandomStream } from "../../lib/random.ts";
import { sigmoid, tinyModel, tinySet, withoutLeaks } from "./tiny_model.ts";

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not near ${b}`);

Deno.test("priorCodes() are N(0, 1), the same for one seed and others for another", () => {
  const { values: codes, latentDim } = priorCodes(2, { count: 5000, seed: 1 });
  assert.equal(latentDim, 2);
  const mean = codes.reduce((a, b) => a + b) / codes.length;
  const variance = codes.reduce((sum, x) => sum + x * x, 0) / codes.length;
  assert.ok(Math.abs(mean) < 0.03 && Math.abs(variance - 1) < 0.04);
  assert.deepEqual(codes, priorCodes(2, { count: 5000, seed: 1 }).values);
  assert.notDeepEqual(codes, priorCodes(2, { count: 5000, seed: 2 }).values);
});

Deno.test("drawCodes() equals hand values; no noise or no variance gives the means", () => {
  const eps = Float32Array.of(-1, 3);
  const codes = (logVars: Float32Array | null) => new Codes([1, 2], 2, { logVars, labels: [7] });
  const drawn = drawCodes(codes(Float32Array.of(0, 2 * Math.log(2))), eps);
  assert.deepEqual([...drawn.values], [0, 8]);
  assert.deepEqual([...drawn.labels!], [7]);
  const plain = codes(null), certain = codes(Float32Array.of(0, 0));
  assert.equal(drawCodes(plain, eps), plain);
  assert.equal(drawCodes(certain, null), certain);
  assert.throws(() => drawCodes(certain, new Float32Array(3)), {
    message: "drawCodes: eps: expected 2 numbers, as many as values, got 3",
  });
});

Deno.test("reconstructions() go through the mean, or through a draw where a seed is given", () =>
  withoutLeaks(async () => {
    const set = tinySet(6), model = tinyModel();
    const plain = await reconstructions(model, set, { treatment: "grey", count: 4 });
    assert.deepEqual([plain.originals.count, ...plain.originals.shape], [4, 4, 4, 1]);
    near(plain.originals.at(1)[4], set.pixels[20] / 255);
    near(plain.reconstructions.at(1)[0], sigmoid((4 * set.pixels[16]) / 255));
    const drawn = await reconstructions(model, set, { treatment: "grey", count: 4, noiseSeed: 3 });
    const noise = new RandomStream(3, "evaluation").normals(8);
    near(
      drawn.reconstructions.at(1)[0],
      sigmoid((4 * set.pixels[16]) / 255 + Math.exp(-1) * noise[2]),
    );
  }));
