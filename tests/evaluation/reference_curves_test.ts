import assert from "node:assert/strict";
import { referenceCurves, referenceOf } from "../../lib/evaluation/reference_curves.ts";
import { measureOf } from "../../lib/evaluation/curve.ts";
import { preset as presetOf, presetNames } from "../../lib/models/presets.ts";

Deno.test("referenceCurves has every preset, in the preset's own treatment, likelihood and measure", () => {
  const curves = new Set(referenceCurves.map(({ preset, images }) => `${preset} ${images}`));
  assert.equal(curves.size, referenceCurves.length, "each but once");
  const presets = new Set(referenceCurves.map(({ preset }) => preset));
  const own = ["conditional-vae", "residual-vae-cifar10"];
  assert.deepEqual([...presets, ...own].sort(), presetNames.toSorted());
  for (const { preset, treatment, likelihood, measure, source } of referenceCurves) {
    const model = presetOf(preset).build();
    assert.equal(treatment, model.config.treatment);
    assert.equal(likelihood, model.config.likelihood);
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

/** `0.0405, 0.0283 at 1, 2, 0.0169 at 11` as [[1, 0.0405], [2, 0.0283], [11, 0.0169]]. */
function pointsIn(text: string): [number, number][] {
  const lists = text.matchAll(/((?:−?[\d.]+, )*−?[\d.]+) at ((?:\d+, )*\d+)(?![\d.])/g);
  return [...lists].flatMap(([, values, epochs]) => {
    const numbers = values.split(", ").map((value) => Number(value.replace("−", "")));
    const at = epochs.split(", ").map(Number);
    return numbers.slice(-at.length).map((value, i): [number, number] => [at[i], value]);
  });
}

Deno.test("referenceCurves hold the numbers that tests/bench/README.md tells", async () => {
  const page = await Deno.readTextFile(new URL("../bench/README.md", import.meta.url));
  const lines = page.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  const told = new Map(lines.map((cells) => [cells[1], cells]));
  const byEpoch = told.get("TensorFlow")!.slice(2, -1).map((cell, i) => {
    return [i + 1, Number(cell.replace("−", ""))];
  });
  assert.deepEqual(referenceOf("conv-vae")!.points, byEpoch);
  for (const { preset, images, points } of referenceCurves) {
    if (images !== "mnist" || preset === "conv-vae") continue;
    const wanted = pointsIn(told.get(`\`${preset}\``)![3]);
    assert.ok(wanted.length >= 2, preset);
    const found = points.filter(([epoch]) => wanted.some(([at]) => at === epoch));
    assert.deepEqual(found, wanted, preset);
  }
});

Deno.test("referenceOf() knows the presets and nothing else", () => {
  assert.equal(referenceOf("conv-vae")!.points.at(-1)![1], 156.98);
  assert.equal(referenceOf("conv-vae", "fashion-mnist")!.points.at(-1)![1], 193.75);
  assert.equal(referenceOf("conv-vae", "cifar10"), undefined);
  assert.equal(referenceOf("mine"), undefined);
});
