import assert from "node:assert/strict";
import { interpolate, interpolationMethods } from "../../lib/latent/interpolate.ts";
import { RandomStream } from "../../lib/random.ts";

const length = (code: ArrayLike<number>) => Math.hypot(...Array.from(code));

Deno.test("interpolate() keeps both ends exact, for every method and latentDim", () => {
  for (const method of interpolationMethods) {
    for (const d of [1, 2, 3, 10, 50]) {
      const random = new RandomStream(d, "test");
      const [a, b] = [random.normals(d), random.normals(d)];
      const codes = interpolate(a, b, { steps: 9, method });
      assert.deepEqual([codes.count, codes.latentDim], [9, d]);
      assert.deepEqual(codes.row(0), a);
      assert.deepEqual(codes.row(8), b);
    }
  }
});

Deno.test("interpolate() linear goes in equal steps", () => {
  assert.deepEqual([...interpolate([0, 4], [8, 0], { steps: 5 }).values], [
    0,
    4,
    2,
    3,
    4,
    2,
    6,
    1,
    8,
    0,
  ]);
});

Deno.test("interpolate() spherical turns by equal angles and keeps the length", () => {
  const codes = interpolate([2, 0], [0, 2], { steps: 4, method: "spherical" }).values;
  [0, 30, 60, 90].forEach((degrees, i) => {
    const angle = (degrees * Math.PI) / 180;
    assert.ok(Math.abs(codes[2 * i] - 2 * Math.cos(angle)) < 1e-6);
    assert.ok(Math.abs(codes[2 * i + 1] - 2 * Math.sin(angle)) < 1e-6);
  });
});

Deno.test("interpolate() spherical goes evenly between lengths; linear's middle is too short", () => {
  const random = new RandomStream(2, "test");
  const [a, b] = [random.normals(50), random.normals(50).map((x) => 2 * x)];
  const middle = (method: "linear" | "spherical") => interpolate(a, b, { steps: 3, method }).row(1);
  const wanted = (length(a) + length(b)) / 2;
  assert.ok(Math.abs(length(middle("spherical")) - wanted) < 1e-5);
  assert.ok(length(middle("linear")) < 0.85 * wanted);
});

Deno.test("interpolate() spherical takes the straight line where no arc is determined", () => {
  for (const [a, b] of [[[1, 1], [2, 2]], [[1, 0], [-1, 0]], [[0, 0], [3, 4]], [[1], [5]]]) {
    const [round, straight] = (["spherical", "linear"] as const).map((method) =>
      interpolate(a, b, { steps: 5, method })
    );
    assert.deepEqual(round, straight);
  }
});

Deno.test("interpolate() refuses codes of two lengths and fewer than two steps", () => {
  assert.throws(() => interpolate([1], [1, 2]), {
    message: "interpolate: expected codes of one length, got 1 and 2",
  });
  assert.throws(() => interpolate([1], [2], { steps: 1 }), {
    message: "interpolate: steps: expected an integer >= 2, got 1",
  });
  // What people type.
  // deno-lint-ignore no-explicit-any
  assert.throws(() => interpolate([1], [2], { method: "slerp" } as any), {
    name: "OptionError",
    message: 'interpolate: method: expected "linear" or "spherical", got "slerp"',
  });
});
