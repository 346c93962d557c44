import assert from "node:assert/strict";
import { classColor, classColors, ramp, rampSteps } from "../../lib/visuals/charts/palette.ts";
import { symbolPath } from "../../lib/visuals/charts/symbols.ts";

type Triple = [number, number, number];

const linear = (color: string): Triple =>
  [1, 3, 5].map((at) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Triple;

/** What dichromats see of linear RGB (Machado, Oliveira & Fernandes 2009, severity 1). */
const sights: Record<string, Triple[]> = {
  "normal sight": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Linear RGB in OKLab (B. Ottosson 2020), where distances are those that are seen. */
function oklab([r, g, b]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** The least distance between two colours of a list, times 100. */
function leastDistance(colors: readonly string[], sight: Triple[]): number {
  const seen = colors.map((color) => {
    const rgb = linear(color);
    const row = (weights: Triple) =>
      Math.max(0, weights.reduce((sum, w, i) => sum + w * rgb[i], 0));
    return oklab(sight.map(row) as Triple);
  });
  return 100 *
    Math.min(
      ...seen.flatMap((a, i) =>
        seen.slice(0, i).map((b) => Math.hypot(...a.map((value, c) => value - b[c])))
      ),
    );
}

for (const [name, sight] of Object.entries(sights)) {
  Deno.test(`classColors stay apart with ${name}`, () => {
    const least = leastDistance(classColors, sight);
    assert.ok(least > 6, `least distance ${least.toFixed(1)}`);
  });
}

for (const mixed of [[3, 5, 8], [4, 7, 9]]) {
  Deno.test(`classColors lie far apart for ${mixed}, which latent spaces mix`, () => {
    const colors = mixed.map((digit) => classColors[digit]);
    for (const [name, sight] of Object.entries(sights)) {
      const least = leastDistance(colors, sight), wanted = name === "normal sight" ? 22 : 12;
      assert.ok(least > wanted, `${name}: least distance ${least.toFixed(1)}`);
    }
  });
}

Deno.test("leastDistance() finds a palette that fails: matplotlib's tab10 with protanopia", () => {
  const tab10 = "1f77b4 ff7f0e 2ca02c d62728 9467bd 8c564b e377c2 7f7f7f bcbd22 17becf".split(" ");
  assert.ok(leastDistance(tab10.map((color) => `#${color}`), sights.protanopia) < 1);
});

Deno.test("ramp() grows lighter in equal steps from end to end", () => {
  assert.equal(ramp(0), "#00224e");
  assert.equal(ramp(1), "#fee838");
  assert.equal(ramp(-3), ramp(0));
  const lightness = Array.from(
    { length: rampSteps },
    (_, i) => oklab(linear(ramp(i / (rampSteps - 1))))[0],
  );
  assert.ok(lightness.every((value, i) => i === 0 || value > lightness[i - 1]));
  assert.equal(new Set(lightness).size, rampSteps);
});

/** Twice the area a path of straight lines encloses (Gauss's shoelace formula). */
function area(path: string): number {
  const corners = path.slice(1, -1).split("L").map((corner) => corner.split(",").map(Number));
  return Math.abs(corners.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = corners[(i + 1) % corners.length];
    return sum + (x * nextY - nextX * y) / 2;
  }, 0));
}

Deno.test("symbolPath() gives ten different shapes of the same area", () => {
  const paths = Array.from({ length: 10 }, (_, label) => symbolPath(label, 100));
  assert.equal(new Set(paths).size, 10);
  for (const path of paths) assert.ok(Math.abs(area(path) - 100) < 0.5, `${area(path)} of ${path}`);
});

Deno.test("classColor() and symbolPath() tell a hundred classes apart", () => {
  const looks = Array.from({ length: 100 }, (_, label) => classColor(label) + symbolPath(label, 9));
  assert.equal(new Set(looks).size, 100);
  assert.deepEqual([classColor(12), symbolPath(12, 9)], [classColor(2), symbolPath(3, 9)]);
});
