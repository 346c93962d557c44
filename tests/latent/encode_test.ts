import assert from "node:assert/strict";
import { Codes } from "../../lib/data/codes.ts";
import { take } from "../../lib/data/image_set.ts";
import { decodeCodes, encodeAll } from "../../lib/latent/encode.ts";
import { sigmoid, tinyModel, tinySet, withoutLeaks } from "./tiny_model.ts";

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not near ${b}`);

Deno.test("encodeAll() equals hand values in order, over whole and partial batches", () =>
  withoutLeaks(async () => {
    const set = tinySet(7);
    const codes = await encodeAll(tinyModel(), set, { treatment: "grey", batchSize: 3 });
    assert.equal(codes.count, 7);
    assert.equal(codes.latentDim, 2);
    assert.deepEqual(codes.labels, Uint8Array.from(set.labels!));
    assert.equal(codes.values.length, 14);
    for (let i = 0; i < 7; i++) {
      near(codes.values[2 * i], (4 * set.pixels[16 * i]) / 255);
      near(codes.values[2 * i + 1], (4 * set.pixels[16 * i + 1]) / 255);
    }
    assert.deepEqual([...codes.logVars!], new Array(14).fill(-2));
  }));

Deno.test("encodeAll() uses the treatment and the first count images", () =>
  withoutLeaks(async () => {
    const set = tinySet(9);
    const codes = await encodeAll(tinyModel(), set, { treatment: "threshold", count: 5 });
    assert.equal(codes.values.length, 10);
    codes.values.forEach((mean, i) =>
      assert.equal(mean, set.pixels[16 * (i >> 1) + (i & 1)] > 127 ? 4 : 0)
    );
    const whole = await encodeAll(tinyModel(), take(set, 5), { treatment: "threshold" });
    assert.deepEqual(codes, whole);
  }));

Deno.test("encodeAll() gives an autoencoder no log-variances and reports progress", () =>
  withoutLeaks(async () => {
    const seen: number[][] = [];
    const codes = await encodeAll(tinyModel("ae", 3), tinySet(5), {
      treatment: "grey",
      batchSize: 2,
      progress: (done, total) => seen.push([done, total]),
    });
    assert.equal(codes.logVars, null);
    assert.equal(codes.values.length, 15);
    assert.deepEqual(seen, [[2, 5], [4, 5], [5, 5]]);
  }));

Deno.test("encodeAll() names what is wrong with its options", async () => {
  const set = tinySet(2);
  // deno-lint-ignore no-explicit-any
  const encode = (options: any) => encodeAll(tinyModel(), set, options);
  await assert.rejects(encode({ treatment: "gray" }), /treatment: expected .* did you mean `grey`/);
  await assert.rejects(encode({ treatment: "grey", batchsize: 1 }), /did you mean `batchSize`/);
  await assert.rejects(encode({ treatment: "grey", count: 3 }), {
    message: "encodeAll: count: expected an integer from 0 to 2 (tiny), got 3",
  });
});

Deno.test("decodeCodes() equals hand values over partial batches, for every latentDim", () =>
  withoutLeaks(async () => {
    for (const latentDim of [1, 2, 3, 10, 50]) {
      const codes = new Codes(
        Array.from({ length: 5 * latentDim }, (_, i) => Math.sin(i)),
        latentDim,
      );
      const images = await decodeCodes(tinyModel("vae", latentDim), codes, { batchSize: 2 });
      assert.deepEqual([images.count, ...images.shape], [5, 4, 4, 1]);
      images.pixels.forEach((pixel, i) =>
        near(pixel, sigmoid(codes.row(Math.floor(i / 16))[(i % 16) % latentDim]))
      );
    }
  }));

Deno.test("decodeCodes() refuses codes of another latentDim, and plain numbers", async () => {
  await assert.rejects(decodeCodes(tinyModel(), new Codes([1, 2, 3], 3)), {
    name: "OptionError",
    message: "decodeCodes: codes: expected latentDim 2, as the model's, got 3",
  });
  // deno-lint-ignore no-explicit-any
  await assert.rejects(decodeCodes(tinyModel(), new Float32Array(4) as any), {
    message: "decodeCodes: codes: expected Codes, got Float32Array; of plain numbers make them " +
      "with `new Codes(values, latentDim)`",
  });
});

Deno.test("encodeAll() takes treatment and seed of the model where none is given", () =>
  withoutLeaks(async () => {
    const set = tinySet(6), model = tinyModel();
    for (const treatment of ["grey", "threshold", "dynamic"] as const) {
      model.config.treatment = treatment;
      model.config.seed = 4;
      assert.deepEqual(
        await encodeAll(model, set),
        await encodeAll(model, set, { treatment, seed: 4 }),
      );
    }
    // Dynamic coins are the seed's.
    assert.notDeepEqual(await encodeAll(model, set), await encodeAll(model, set, { seed: 5 }));
  }));
