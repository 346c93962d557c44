import assert from "node:assert/strict";
import { referenceCurves, referenceOf } from "../../lib/evaluation/reference_curves.ts";
import { measureOf } from "../../lib/evaluation/curve.ts";
import { preset as presetOf, presetNames } from "../../lib/models/presets.ts";

Deno.test("referenceCurves has every preset once, in the preset's own treatment and measure", () => {
  assert.deepEqual(referenceCurves.map(({ preset }) => preset).sort(), presetNames.toSorted());
  for (const { preset, treatment, measure, source } of referenceCurves) {
    const model = presetOf(preset).build();
    assert.equal(treatment, model.config.treatment);
    assert.equal(measure, model.config.kind === "ae" ? "MSE" : "−ELBO");
    assert.equal(measure, measureOf(model.config));
    model.dispose();
    assert.ok(source.length > 0);
  }
});

Deno.test("referenceCurves go forward in epochs and end better than they begin", () => {
  for (const { points } of referenceCurves) {
    points.slice(1).forEach(([epoch], i) => assert.ok(epoch > points[i][0]));
    assert.ok(points.at(-1)![1] < points[0][1]);
  }
});

Deno.test("referenceOf() knows the presets and nothing else", () => {
  assert.equal(referenceOf("conv-vae")!.points.at(-1)![1], 156.98);
  assert.equal(referenceOf("mine"), undefined);
});
