import assert from "node:assert/strict";
import { RandomStream } from "../lib/random.ts";

const first = (stream: RandomStream) => Array.from({ length: 4 }, () => stream.bits());

// Expected values: the published algorithms written down a second time, in Python, where the generator
// alone was checked with the reference vector 11520, 0, 5927040, 70819200 of the state 1, 2, 3, 4.
Deno.test("RandomStream.bits() gives xoshiro128** of a hashed position", () => {
  assert.deepEqual(first(new RandomStream(0, "noise")), [
    1215091826,
    3648960798,
    3962457835,
    3183054936,
  ]);
  assert.deepEqual(first(new RandomStream(7, "shuffle", 3)), [
    1837053340,
    3015401674,
    393769955,
    2302535284,
  ]);
  assert.deepEqual(first(new RandomStream(-1, "binarize", 2, 59999)), [
    421765376,
    765276055,
    3774636819,
    2000102476,
  ]);
  assert.deepEqual(first(new RandomStream(1099511627781, "noise", 1)), [
    1518672240,
    2396216518,
    2061404568,
    1913566110,
  ]);
});

Deno.test("RandomStream.normal() is Box and Muller's pair, cosine first", () => {
  const stream = new RandomStream(7, "noise", 1, 2);
  assert.ok(Math.abs(stream.normal() - -1.0688129061673617) < 1e-12);
  assert.ok(Math.abs(stream.normal() - -1.6639721335731326) < 1e-12);
});

Deno.test("RandomStream() gives the same numbers for the same address and others for any other", () => {
  const numbers = (...address: ConstructorParameters<typeof RandomStream>) =>
    first(new RandomStream(...address)).join();
  assert.equal(numbers(3, "noise", 4, 17), numbers(3, "noise", 4, 17));
  const others = [
    numbers(3, "noise", 4, 17),
    numbers(3, "noise", 17, 4),
    numbers(3, "noise", 4),
    numbers(3, "noise", 4, 17, 0),
    numbers(3, "esion", 4, 17),
    numbers(4, "noise", 3, 17),
    numbers(3 + 2 ** 32, "noise", 4, 17),
    numbers(-3, "noise", 4, 17),
    numbers(0, "noise"),
    numbers(0, ""),
    numbers(1, ""),
  ];
  assert.equal(new Set(others).size, others.length);
});

Deno.test("RandomStream() refuses a seed or a position that is no safe integer", () => {
  assert.throws(() => new RandomStream(0.5, "noise"), {
    name: "OptionError",
    message: "RandomStream: seed and positions: expected safe integers, got 0.5",
  });
  assert.throws(() => new RandomStream(1, "noise", NaN), /got NaN/);
  assert.throws(() => new RandomStream(2 ** 53, "noise"), /got 9007199254740992/);
});

Deno.test("RandomStream.uniform() is even on [0, 1)", () => {
  const stream = new RandomStream(1, "uniform");
  const bins = new Array<number>(10).fill(0);
  const n = 100_000;
  for (let i = 0; i < n; i++) {
    const value = stream.uniform();
    assert.ok(value >= 0 && value < 1);
    bins[Math.floor(10 * value)]++;
  }
  // Chi-squared with 9 degrees of freedom: above 27.9 once in a thousand seeds.
  const chiSquared = bins.reduce((sum, count) => sum + (count - n / 10) ** 2 / (n / 10), 0);
  assert.ok(chiSquared < 27.9, `chi-squared ${chiSquared}`);
});

Deno.test("RandomStream.normals() has the moments of N(0, 1)", () => {
  const n = 200_000;
  const values = new RandomStream(2, "normals").normals(n);
  const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / n;
  // Four standard errors each: sqrt(Var(x^k) / n) with Var = 1, 2, 15, 96.
  assert.ok(Math.abs(moment(1)) < 4 * Math.sqrt(1 / n));
  assert.ok(Math.abs(moment(2) - 1) < 4 * Math.sqrt(2 / n));
  assert.ok(Math.abs(moment(3)) < 4 * Math.sqrt(15 / n));
  assert.ok(Math.abs(moment(4) - 3) < 4 * Math.sqrt(96 / n));
});

Deno.test("RandomStream.normals() continues normal() without a gap", () => {
  const one = new RandomStream(5, "noise"), other = new RandomStream(5, "noise");
  const singly = Float32Array.from({ length: 7 }, () => one.normal());
  assert.deepEqual([...other.normals(3), ...other.normals(4)], [...singly]);
});

Deno.test("RandomStream.skipNormals() goes on as after so many draws, from every place", () => {
  const all = new RandomStream(5, "noise").normals(20);
  for (const before of [0, 1, 2, 3]) {
    for (const skipped of [0, 1, 2, 3, 4, 5, 9]) {
      const stream = new RandomStream(5, "noise");
      stream.normals(before);
      const after = stream.skipNormals(skipped).normals(5);
      const wanted = all.subarray(before + skipped, before + skipped + 5);
      assert.deepEqual([...after], [...wanted], `${before} drawn, ${skipped} skipped`);
    }
  }
});

Deno.test("RandomStream() of neighbouring positions is uncorrelated", () => {
  const n = 20_000;
  let product = 0;
  for (let i = 0; i < n; i++) {
    product += new RandomStream(1, "binarize", 0, i).normal() *
      new RandomStream(1, "binarize", 0, i + 1).normal();
  }
  assert.ok(Math.abs(product / n) < 4 / Math.sqrt(n), `correlation ${product / n}`);
});

Deno.test("RandomStream.integer() reaches every value below its bound and none else", () => {
  const stream = new RandomStream(3, "integer");
  const seen = new Set(Array.from({ length: 200 }, () => stream.integer(6)));
  assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4, 5]);
});

Deno.test("RandomStream.permutation() holds every index once, each place as likely", () => {
  const order = new RandomStream(4, "shuffle").permutation(1000);
  assert.deepEqual([...order].sort((a, b) => a - b), Array.from({ length: 1000 }, (_, i) => i));
  assert.equal(new RandomStream(4, "shuffle").permutation(0).length, 0);

  const counts = new Map<string, number>();
  const n = 6000;
  for (let i = 0; i < n; i++) {
    const key = new RandomStream(4, "shuffle", i).permutation(3).join("");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  for (const [key, count] of counts) {
    assert.ok(Math.abs(count - n / 6) < 4 * Math.sqrt(n * 5 / 36), `${key}: ${count}`);
  }
});
