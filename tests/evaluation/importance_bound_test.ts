import assert from "node:assert/strict";
import { iwaeBound } from "../../lib/evaluation/importance_bound.ts";
import { logMeanExp } from "../../lib/evaluation/log_mean_exp.ts";
import { RandomStream } from "../../lib/random.ts";
import { tinyModel, tinySet, withoutLeaks } from "../latent/tiny_model.ts";

Deno.test("logMeanExp() equals hand values without overflow or underflow", () => {
  assert.ok(Math.abs(logMeanExp([Math.log(1), Math.log(3)]) - Math.log(2)) < 1e-15);
  assert.equal(logMeanExp([-5000, -5000]), -5000);
  assert.ok(Math.abs(logMeanExp([5000, -5000]) - (5000 - Math.log(2))) < 1e-9);
  assert.equal(logMeanExp([-Infinity, -Infinity]), -Infinity);
});

Deno.test("iwaeBound() with one draw is the single-sample ELBO worked out by hand", () =>
  withoutLeaks(async () => {
    const set = tinySet(5), seed = 3;
    const result = await iwaeBound(tinyModel(), set, {
      treatment: "threshold",
      k: 1,
      seed,
      batchSize: 2,
    });
    let wanted = 0;
    for (let image = 0; image < 5; image++) {
      const batch = image >> 1, rows = batch === 2 ? 1 : 2;
      const eps = new RandomStream(seed, "evaluation", batch).normals(rows * 2)
        .subarray((image - batch * 2) * 2);
      const bits = [...set.pixels.subarray(image * 16, image * 16 + 16)].map((byte) =>
        byte > 127 ? 1 : 0
      );
      const z = [0, 1].map((i) => 4 * bits[i] + Math.exp(-1) * eps[i]);
      bits.forEach((bit, p) => wanted += bit * z[p % 2] - Math.log1p(Math.exp(z[p % 2])));
      // log p(z) − log q(z|x), the shared ½ log 2π left out.
      z.forEach((value, i) => wanted += -0.5 * value ** 2 + 0.5 * (eps[i] ** 2 - 2));
    }
    assert.equal(result.count, 5);
    assert.ok(Math.abs(result.bound - wanted / 5) < 1e-5, `${result.bound} ${wanted / 5}`);
    assert.ok(Math.abs(result.bound - result.elbo) < 1e-9);
  }));

Deno.test("iwaeBound() means the ELBO over its draws: all estimate one number", () =>
  withoutLeaks(async () => {
    const elbos = await Promise.all(
      [1, 4].map(async (k) =>
        (await iwaeBound(tinyModel(), tinySet(500), { treatment: "threshold", k, count: 500 })).elbo
      ),
    );
    assert.ok(Math.abs(elbos[1] / elbos[0] - 1) < 0.05, elbos.join());
  }));

Deno.test("iwaeBound() rises with k and never falls under the ELBO", () =>
  withoutLeaks(async () => {
    const set = tinySet(200), bounds: number[] = [];
    for (const k of [1, 5, 50]) {
      const { bound, elbo } = await iwaeBound(tinyModel(), set, { treatment: "threshold", k });
      assert.ok(bound >= elbo - 1e-9);
      bounds.push(bound);
    }
    assert.ok(bounds[1] > bounds[0] && bounds[2] > bounds[1], bounds.join());
  }));

Deno.test("iwaeBound() refuses an autoencoder", async () => {
  await assert.rejects(iwaeBound(tinyModel("ae"), tinySet(1), { treatment: "grey" }), {
    message: 'iwaeBound: kind: expected "vae", which has a q(z|x), got "ae"',
  });
});
