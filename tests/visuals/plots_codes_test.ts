import assert from "node:assert/strict";
import { axisName, codesFigure, codesFrames } from "../../lib/visuals/charts/plots_codes.ts";
import { RandomStream } from "../../lib/random.ts";

for (const latentDim of [1, 2, 3, 10, 50]) {
  Deno.test(`codesFigure() draws a point for each of 40 codes of ${latentDim} numbers`, () => {
    const means = new RandomStream(1, "test").normals(40 * latentDim);
    const labels = Array.from({ length: 40 }, (_, i) => i % 10);
    const { svg, alt } = codesFigure({ means, labels, latentDim }, { title: "Codes" });
    assert.match(alt, /^Codes: 40 points/);
    // With each digit's own symbol comes a path a point, beside those of legend and axes.
    assert.ok(svg.split("<path").length > 40);
    assert.equal(svg.includes("PC₂"), latentDim > 2);
    assert.equal(svg.includes("NaN"), false);
  });
}

Deno.test("axisName() writes indices low", () => {
  assert.equal(axisName("z12"), "z₁₂");
  assert.equal(axisName("component 1"), "PC₁");
});

Deno.test("codesFrames() draws every epoch on the same axes, for any latentDim", () => {
  const labels = Uint8Array.from({ length: 12 }, (_, i) => i % 10);
  for (const latentDim of [1, 2, 3]) {
    const means = (spread: number) =>
      Float32Array.from({ length: 12 * latentDim }, (_, i) => spread * Math.sin(i + 1));
    const frames = codesFrames([
      { means: means(0.1), caption: "epoch 0" },
      { means: means(3), caption: "epoch 1" },
      { means: means(3), caption: "epoch 2" },
    ], { labels, latentDim, size: 300 });
    assert.deepEqual(frames.map(({ caption }) => caption), ["epoch 0", "epoch 1", "epoch 2"]);
    const [first, second, third] = frames.map(({ raster }) => raster);
    assert.deepEqual([first.width, first.height], [second.width, second.height]);
    assert.notDeepEqual(first.data, second.data);
    assert.deepEqual(second.data, third.data);
  }
});
