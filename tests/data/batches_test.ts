import assert from "node:assert/strict";
import { batches, gatherPixels } from "../../lib/data/batches.ts";
import { createImageSet, type ImageSet } from "../../lib/data/image_set.ts";
import { OptionError } from "../../lib/options.ts";
import { RandomStream } from "../../lib/random.ts";

/** Images of 1×4 pixels; image i is filled with `values[i]`. */
function filled(values: number[]): ImageSet {
  return createImageSet({
    name: "toy",
    pixels: Uint8Array.from(values.flatMap((value) => [value, value, value, value])),
    labels: Uint8Array.from(values, (_, i) => i % 10),
    shape: [1, 4, 1],
  });
}

const ramp = createImageSet({
  name: "ramp",
  pixels: Uint8Array.of(0, 1, 127, 128, 254, 255, 64, 191),
  labels: Uint8Array.of(3, 4),
  shape: [2, 2, 1],
});
const draw = { seed: 1, epoch: 0 };

Deno.test("gatherPixels() threshold is 1 above 0.5 and 0 below", () => {
  assert.deepEqual(
    [...gatherPixels(ramp, Uint32Array.of(0, 1), "threshold", draw)],
    [0, 0, 0, 1, 1, 1, 0, 1],
  );
});

Deno.test("gatherPixels() grey is the byte over 255, in the order asked for", () => {
  assert.deepEqual(
    [...gatherPixels(ramp, Uint32Array.of(1, 0), "grey", draw)],
    [254 / 255, 1, 64 / 255, 191 / 255, 0, 1 / 255, 127 / 255, 128 / 255].map(Math.fround),
  );
});

Deno.test("gatherPixels() dynamic depends on the image, not on its batch", () => {
  const set = filled(Array.from({ length: 50 }, (_, i) => 5 * i));
  const every = Uint32Array.from({ length: 50 }, (_, i) => i);
  const together = gatherPixels(set, every, "dynamic", draw);
  for (const indices of [[49, 3], [3], [17, 3, 0]]) {
    const some = gatherPixels(set, Uint32Array.from(indices), "dynamic", draw);
    indices.forEach((index, i) =>
      assert.deepEqual(
        some.subarray(4 * i, 4 * i + 4),
        together.subarray(4 * index, 4 * index + 4),
      )
    );
  }
});

Deno.test("gatherPixels() dynamic leaves black pixels black and white ones white, whatever is drawn", () => {
  const { uniform } = RandomStream.prototype;
  try {
    // The ends of [0, 1), which come once in billions of draws.
    for (const end of [0, 1 - 2 ** -32]) {
      RandomStream.prototype.uniform = () => end;
      const got = gatherPixels(filled([0, 255]), Uint32Array.of(0, 1), "dynamic", draw);
      assert.deepEqual([...got], [0, 0, 0, 0, 1, 1, 1, 1]);
    }
  } finally {
    RandomStream.prototype.uniform = uniform;
  }
});

Deno.test("gatherPixels() dynamic is drawn anew for each epoch and seed", () => {
  const set = filled(new Array(50).fill(128));
  const indices = Uint32Array.from({ length: 50 }, (_, i) => i);
  const ones = (seed: number, epoch: number) =>
    gatherPixels(set, indices, "dynamic", { seed, epoch }).join("");
  assert.equal(ones(1, 0), ones(1, 0));
  assert.notEqual(ones(1, 0), ones(1, 1));
  assert.notEqual(ones(1, 0), ones(2, 0));
});

Deno.test("gatherPixels() dynamic is 0 or 1 with the grey value as its mean", () => {
  const greys = [0, 26, 128, 230, 255];
  const set = filled(greys);
  const epochs = 4000;
  const sums = new Array<number>(5).fill(0);
  for (let epoch = 0; epoch < epochs; epoch++) {
    gatherPixels(set, Uint32Array.of(0, 1, 2, 3, 4), "dynamic", { seed: 3, epoch }).forEach(
      (value, i) => {
        assert.ok(value === 0 || value === 1);
        sums[Math.floor(i / 4)] += value;
      },
    );
  }
  greys.forEach((grey, i) => {
    const p = grey / 255, n = 4 * epochs;
    const error = Math.abs(sums[i] / n - p);
    assert.ok(error <= 4 * Math.sqrt(p * (1 - p) / n), `${grey}: mean ${sums[i] / n}`);
  });
});

Deno.test("gatherPixels() writes into out and returns it", () => {
  const out = new Float32Array(4).fill(7);
  assert.equal(gatherPixels(ramp, Uint32Array.of(0), "threshold", draw, out), out);
  assert.deepEqual([...out], [0, 0, 0, 1]);
});

Deno.test("gatherPixels() refuses a wrong out and a wrong index", () => {
  assert.throws(
    () => gatherPixels(ramp, Uint32Array.of(0), "grey", draw, new Float32Array(5)),
    { name: "OptionError", message: "gatherPixels: expected an out of 4 numbers, got 5" },
  );
  assert.throws(
    () => gatherPixels(ramp, Uint32Array.of(2), "grey", draw),
    { name: "OptionError", message: "gatherPixels: expected indices below 2 (ramp), got 2" },
  );
});

const sorted = (parts: Uint32Array[]) => parts.flatMap((part) => [...part]).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

Deno.test("batches() holds every index once and keeps the last, smaller batch", () => {
  const parts = batches(103, { batchSize: 32, seed: 1, epoch: 1 });
  assert.deepEqual(parts.map((part) => part.length), [32, 32, 32, 7]);
  assert.deepEqual(sorted(parts), upTo(103));
});

Deno.test("batches() dropRemainder leaves the smaller batch out", () => {
  const whole = batches(103, { batchSize: 32, seed: 1, epoch: 1 });
  const parts = batches(103, { batchSize: 32, seed: 1, epoch: 1, dropRemainder: true });
  assert.deepEqual(parts, whole.slice(0, 3));
  assert.equal(batches(96, { batchSize: 32, seed: 1, epoch: 1, dropRemainder: true }).length, 3);
  assert.deepEqual(batches(5, { batchSize: 32, seed: 1, epoch: 1, dropRemainder: true }), []);
});

Deno.test("batches() has another order for each epoch and seed, the same for the same", () => {
  const order = (seed: number, epoch: number) =>
    batches(1000, { batchSize: 100, seed, epoch }).map((part) => part.join()).join();
  const orders = [order(1, 0), order(1, 1), order(1, 2), order(2, 0), upTo(1000).join()];
  assert.equal(new Set(orders).size, 5);
  assert.equal(order(1, 2), order(1, 2));
});

Deno.test("batches() without shuffle counts up", () => {
  const parts = batches(5, { batchSize: 2, seed: 1, epoch: 0, shuffle: false });
  assert.deepEqual(parts.map((part) => [...part]), [[0, 1], [2, 3], [4]]);
  assert.deepEqual(batches(0, { batchSize: 2, seed: 1, epoch: 0 }), []);
});

Deno.test("batches() refuses a batch of nothing and a misspelt option", () => {
  assert.throws(() => batches(5, { batchSize: 0, seed: 1, epoch: 0 }), (error) => {
    assert.ok(error instanceof OptionError);
    assert.equal(error.message, "batches: batchSize: expected an integer >= 1, got 0");
    return true;
  });
  const misspelt = { batchsize: 2, batchSize: 2, seed: 1, epoch: 0 };
  assert.throws(() => batches(5, misspelt), /did you mean `batchSize`/);
});
