import assert from "node:assert/strict";
import { meanSquaredError } from "../../lib/evaluation/metrics.ts";
import { pixelComponents } from "../../lib/latent/pixel_components.ts";
import { principalComponents } from "../../lib/latent/principal_components.ts";
import { Codes } from "../../lib/data/codes.ts";
import { treat } from "../../lib/data/treat.ts";
import { tinySet, withoutLeaks } from "./tiny_model.ts";

Deno.test("pixelComponents() equals the full decomposition and leaves no tensor", () =>
  withoutLeaks(async () => {
    const set = tinySet(200);
    const { pixels } = treat(set, "grey");
    const all = principalComponents(new Codes(pixels, 16));
    const few = await pixelComponents(set, { components: 3, treatment: "grey", iterations: 300 });
    assert.equal(few.components.length, 3);
    for (let k = 0; k < 3; k++) {
      assert.ok(Math.abs(few.variances[k] / all.variances[k] - 1) < 1e-4);
      few.components[k].forEach((value, i) =>
        assert.ok(Math.abs(value - all.components[k][i]) < 1e-3)
      );
    }
    const mse = meanSquaredError(pixels, few.unproject(few.project(pixels)));
    const best = meanSquaredError(pixels, all.unproject(all.project(pixels, 3), 3));
    assert.ok(Math.abs(mse - best) < 1e-6);
    // What three components leave is the variance along the other thirteen, as count − 1 counts it.
    const left = all.variances.slice(3).reduce((sum, value) => sum + value, 0);
    assert.ok(Math.abs(mse - left / 16 * 199 / 200) < 1e-6);
  }));

Deno.test("pixelComponents() rebuilds an image exactly from as many components as pixels", () =>
  withoutLeaks(async () => {
    const set = tinySet(50);
    const { pixels } = treat(set, "grey");
    const pca = await pixelComponents(set, { components: 16, treatment: "grey" });
    assert.ok(meanSquaredError(pixels, pca.unproject(pca.project(pixels))) < 1e-9);
  }));

Deno.test("pixelComponents() refuses more components than pixels", async () => {
  await assert.rejects(
    pixelComponents(tinySet(5), { components: 17, treatment: "grey" }),
    /pixelComponents: components: expected an integer <= 16, got 17/,
  );
});
