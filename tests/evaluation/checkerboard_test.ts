import assert from "node:assert/strict";
import { checkerboardShare } from "../../lib/evaluation/checkerboard.ts";
import { RandomStream } from "../../lib/random.ts";

const image = (height: number, width: number, value: (row: number, column: number) => number) =>
  Float32Array.from(
    { length: height * width },
    (_, i) => value(Math.floor(i / width), i % width),
  );

const assertNear = (got: number, wanted: number) =>
  assert.ok(Math.abs(got - wanted) < 1e-12, `${got}, expected ${wanted}`);

Deno.test("checkerboardShare() is 1 for a pattern that repeats and 0 for one of a longer period", () => {
  const board = image(4, 6, (row, column) => (row + column) % 2);
  assertNear(checkerboardShare(board, { height: 4, width: 6 }), 1);
  const wide = image(8, 8, (row) => Math.floor(row / 2) % 2);
  assertNear(checkerboardShare(wide, { height: 8, width: 8 }), 0);
  assertNear(checkerboardShare(wide, { height: 8, width: 8, period: 4 }), 1);
});

Deno.test("checkerboardShare() splits the variance of a ramp as by hand", () => {
  // 0 1 2 3: the phases' means are 1 and 2, their variance 1/4; that of all pixels is 5/4.
  const ramp = image(2, 4, (_, column) => column);
  assert.equal(checkerboardShare(ramp, { height: 2, width: 4 }), 0.2);
});

Deno.test("checkerboardShare() of noise is what chance gives, whatever its scale and mean", () => {
  const noise = new RandomStream(1, "noise").normals(200 * 784);
  const share = checkerboardShare(noise, { height: 28, width: 28 });
  assert.ok(Math.abs(share - 3 / 783) < 5e-4, `${share}`);
  const moved = checkerboardShare(noise.map((v) => 5 + 3 * v), { height: 28, width: 28 });
  assert.ok(Math.abs(share - moved) < 1e-6);
});

Deno.test("checkerboardShare() takes the mean over images, a constant one as 0", () => {
  const both = Float32Array.from([1, 0, 0, 1, 0.1, 0.1, 0.1, 0.1]);
  assert.equal(checkerboardShare(both, { height: 2, width: 2 }), 0.5);
});

Deno.test("checkerboardShare() names what does not fit", () => {
  assert.throws(
    () => checkerboardShare([1, 2, 3], { height: 2, width: 2 }),
    /images of 2×2, got 3/,
  );
  assert.throws(
    () => checkerboardShare([1, 2, 3, 4], { height: 2, width: 2, period: 3 }),
    /a divisor of 2 and 2 from 2 on, got 3/,
  );
});
