import assert from "node:assert/strict";
import { axisName, codesFigure, codesFrames } from "../../lib/visuals/charts/plots_codes.ts";
import { Codes } from "../../lib/data/codes.ts";
import { RandomStream } from "../../lib/random.ts";

for (const latentDim of [1, 2, 3, 10, 50]) {
  Deno.test(`codesFigure() draws a point for each of 40 codes of ${latentDim} numbers`, () => {
    const labels = Array.from({ length: 40 }, (_, i) => i % 10);
    const values = new RandomStream(1, "test").normals(40 * latentDim);
    const codes = new Codes(values, latentDim, { labels });
    const { svg, alt } = codesFigure(codes, { title: "Codes" });
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
    const codes = (spread: number) =>
      new Codes(
        Float32Array.from({ length: 12 * latentDim }, (_, i) => spread * Math.sin(i + 1)),
        latentDim,
        { labels },
      );
    const frames = codesFrames([
      { codes: codes(0.1), caption: "epoch 0" },
      { codes: codes(3), caption: "epoch 1" },
      { codes: codes(3), caption: "epoch 2" },
    ], { size: 300 });
    assert.deepEqual(frames.map(({ caption }) => caption), ["epoch 0", "epoch 1", "epoch 2"]);
    const [first, second, third] = frames.map(({ raster }) => raster);
    assert.deepEqual([first.width, first.height], [second.width, second.height]);
    assert.notDeepEqual(first.data, second.data);
    assert.deepEqual(second.data, third.data);
  }
});

Deno.test("codesFrames() draws at the density that is asked for", () => {
  for (const latentDim of [1, 2]) {
    const codes = new Codes(new Float32Array(2 * latentDim), latentDim, { labels: [1, 2] });
    const [plain, dense] = [1, 2].map((density) =>
      codesFrames([{ codes, caption: "" }], { size: 240, density })[0].raster
    );
    assert.equal(dense.width, 2 * plain.width);
    assert.equal(dense.density, 2);
  }
});

Deno.test("codesFigure() refuses misspelt options", () => {
  // deno-lint-ignore no-explicit-any
  const wrong = { titel: "x" } as any;
  assert.throws(() => codesFigure(new Codes([1, 2], 2, { labels: [1] }), wrong), {
    message: "codesFigure: titel: no such option; did you mean `title`?",
  });
});
