import assert from "node:assert/strict";
import { Codes } from "../../lib/data/codes.ts";
import { coordinatePlane, ontoPlane, planeOf, principalPlane } from "../../lib/latent/plane.ts";
import { gridOn } from "../../lib/latent/manifold.ts";
import { principalComponents } from "../../lib/latent/principal_components.ts";
import { RandomStream } from "../../lib/random.ts";

Deno.test("coordinatePlane() varies two dimensions and keeps the origin's others", () => {
  const plane = coordinatePlane(4, [3, 1], [9, 9, 7, 9]);
  assert.deepEqual([...gridOn(plane, [5], [6]).codes.values], [9, 6, 7, 5]);
  assert.deepEqual(plane.names, ["z4", "z2"]);
});

Deno.test("coordinatePlane() is a strip for one dimension", () => {
  const plane = coordinatePlane(1);
  assert.deepEqual(plane.axes, [[1]]);
  assert.deepEqual([...gridOn(plane, [-1, 0, 1], [4, 5]).codes.values], [-1, 0, 1]);
});

Deno.test("coordinatePlane() refuses dimensions and origins that do not exist", () => {
  assert.throws(() => coordinatePlane(3, [0, 3]), {
    message: "coordinatePlane: expected dimensions from 0 to 2, got 3",
  });
  assert.throws(() => coordinatePlane(3, [0, 1], [1]), /origin of 3 numbers, got 1/);
});

/** Codes with standard deviations 4, 2 and then 0.1 about 1. */
function codesIn(latentDim: number, count = 3000): Codes {
  const random = new RandomStream(latentDim, "test");
  const values = Float32Array.from(
    { length: count * latentDim },
    (_, i) => 1 + random.normal() * ([4, 2][i % latentDim] ?? 0.1),
  );
  return new Codes(values, latentDim);
}

Deno.test("principalPlane() is centred on the codes with their standard deviation as unit", () => {
  for (const latentDim of [3, 10, 50]) {
    const codes = codesIn(latentDim);
    const plane = principalPlane(principalComponents(codes));
    const points = ontoPlane(plane, codes);
    for (const axis of [0, 1]) {
      const values = points.values.filter((_, i) => i % 2 === axis);
      const mean = values.reduce((a, b) => a + b) / values.length;
      const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
      assert.ok(Math.abs(mean) < 1e-5);
      assert.ok(Math.abs(variance - 1) < 1e-4);
    }
    assert.deepEqual(plane.names, ["component 1", "component 2"]);
    assert.ok(Math.abs(Math.hypot(...plane.axes[0]) - 4) < 0.2);
  }
});

Deno.test("principalPlane() keeps a direction where the codes do not vary, refuses none", () => {
  const pca = principalComponents(new Codes(new Float32Array(12), 3));
  assert.equal(Math.hypot(...principalPlane(pca).axes[1]), 1);
  assert.throws(() => principalPlane(pca, [0, 3]), /expected components from 0 to 2, got 3/);
});

Deno.test("planeOf() takes z itself up to two dimensions, components of the codes beyond", () => {
  assert.deepEqual(planeOf(codesIn(2)).names, ["z1", "z2"]);
  assert.deepEqual(planeOf(codesIn(1)).names, ["z1"]);
  for (const latentDim of [3, 10]) {
    assert.deepEqual(planeOf(codesIn(latentDim)).names, ["component 1", "component 2"]);
  }
});

Deno.test("ontoPlane() undoes gridOn(), for every latentDim", () => {
  for (const latentDim of [2, 3, 10, 50]) {
    const plane = planeOf(codesIn(latentDim, 200));
    const points = ontoPlane(plane, gridOn(plane, [-1, 2], [0.5]).codes).values;
    [-1, 0.5, 2, 0.5].forEach((wanted, i) => assert.ok(Math.abs(points[i] - wanted) < 1e-4));
  }
  const strip = ontoPlane(coordinatePlane(1), new Codes([3, -2], 1, { labels: [7, 8] }));
  assert.deepEqual([...strip.labels!], [7, 8]);
  assert.deepEqual([...strip.values], [3, 0, -2, 0]);
});
