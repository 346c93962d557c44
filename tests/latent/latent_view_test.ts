import assert from "node:assert/strict";
import { gridAround, latentView } from "../../lib/latent/latent_view.ts";
import { tinyModel, tinySet, withoutLeaks } from "./tiny_model.ts";

for (const latentDim of [1, 2, 3, 10]) {
  Deno.test(`latentView() measures the codes of latentDim ${latentDim}; gridAround() covers them`, () =>
    withoutLeaks(async () => {
      const view = await latentView(tinyModel("vae", latentDim), tinySet(400), { count: 300 });
      assert.deepEqual([view.codes.count, view.codes.latentDim], [300, latentDim]);
      assert.deepEqual([view.points.count, view.points.latentDim], [300, 2]);
      // The tiny model's codes are thresholded pixels times 4: half of them 0, half of them 4.
      for (let i = 0; i < latentDim; i++) {
        assert.ok(Math.abs(view.mean[i] - 2) < 0.3, `mean ${view.mean[i]}`);
        assert.ok(Math.abs(view.deviation[i] - 2) < 0.1, `deviation ${view.deviation[i]}`);
      }
      const grid = gridAround(view, { size: 7, reach: 1 });
      assert.deepEqual([grid.columns, grid.rows], [7, latentDim === 1 ? 1 : 7]);
      if (latentDim <= 2) {
        const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-4, `${a}, ${b}`);
        near(grid.xs[0], view.mean[0] - view.deviation[0]);
        near(grid.xs[6], view.mean[0] + view.deviation[0]);
      } else {
        // A principal plane's unit is a standard deviation, its middle the codes' mean.
        assert.ok(Math.abs(grid.xs[0] + 1) < 0.01 && Math.abs(grid.ys[6] - 1) < 0.01);
      }
    }));
}
