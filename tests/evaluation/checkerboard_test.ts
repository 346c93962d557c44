import assert from "node:assert/strict";
import { checkerboardShare } from "../../lib/evaluation/checkerboard.ts";
import { Images } from "../../lib/data/images.ts";
import { RandomStream } from "../../lib/random.ts";

const image = (height: number, width: number, value: (row: number, column: number) => number) =>
  new Images(
    Float32Array.from(
      { length: height * width },
      (_, i) => value(Math.floor(i / width), i % width),
    ),
    [height, width, 1],
  );

const assertNear = (got: number, wanted: number) =>
  assert.ok(Math.abs(got - wanted) < 1e-12, `${got}, expected ${wanted}`);

Deno.test("checkerboardShare() is 1 for a pattern that repeats and 0 for one of a longer period", () => {
  const board = image(4, 6, (row, column) => (row + column) % 2);
  assertNear(checkerboardShare(board), 1);
  const wide = image(8, 8, (row) => Math.floor(row / 2) % 2);
  assertNear(checkerboardShare(wide), 0);
  assertNear(checkerboardShare(wide, { period: 4 }), 1);
});

Deno.test("checkerboardShare() splits the variance of a ramp as by hand", () => {
  // In quarters, 0 1 2 3: the phases' means are 1 and 2, their variance 1/4; that of all pixels is 5/4.
  const ramp = image(2, 4, (_, column) => column / 4);
  assert.equal(checkerboardShare(ramp), 0.2);
});

Deno.test("checkerboardShare() of noise is what chance gives, whatever its scale and mean", () => {
  const random = new RandomStream(1, "noise");
  const noise = Float32Array.from({ length: 200 * 784 }, () => random.uniform());
  const share = checkerboardShare(new Images(noise, [28, 28, 1]));
  assert.ok(Math.abs(share - 3 / 783) < 5e-4, `${share}`);
  const moved = checkerboardShare(new Images(noise.map((v) => 0.5 + 0.3 * v), [28, 28, 1]));
  assert.ok(Math.abs(share - moved) < 1e-6);
});

Deno.test("checkerboardShare() takes the mean over images, a constant one as 0", () => {
  const both = Float32Array.from([1, 0, 0, 1, 0.1, 0.1, 0.1, 0.1]);
  assert.equal(checkerboardShare(new Images(both, [2, 2, 1])), 0.5);
  // Red is a board, green rises by columns, blue is constant.
  const colours = Float32Array.of(1, 0, 0.1, 0, 1, 0.1, 0, 0, 0.1, 1, 1, 0.1);
  assertNear(checkerboardShare(new Images(colours, [2, 2, 3])), 2 / 3);
});

Deno.test("checkerboardShare() names what does not fit", () => {
  const flat = new Images(new Float32Array(12), [2, 2, 1]);
  assert.throws(() => checkerboardShare(flat, { period: 3 }), {
    name: "OptionError",
    message: "checkerboardShare: period: expected a divisor of 2 and 2, got 3",
  });
  assert.throws(() => checkerboardShare(flat.slice(0, 0)), {
    message: "checkerboardShare: images: expected one or more, got none",
  });
  // deno-lint-ignore no-explicit-any
  assert.throws(() => checkerboardShare(flat, { perod: 2 } as any), /did you mean `period`/);
});
