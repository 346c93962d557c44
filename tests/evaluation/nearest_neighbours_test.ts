import assert from "node:assert/strict";
import {
  kNearestNeighbourAccuracy,
  nearestLabels,
} from "../../lib/evaluation/nearest_neighbours.ts";
import { Codes } from "../../lib/data/codes.ts";
import { RandomStream } from "../../lib/random.ts";

const codes = (means: number[], labels: number[], latentDim = 1) =>
  new Codes(means, latentDim, { labels });

Deno.test("kNearestNeighbourAccuracy() equals hand votes on test codes", async () => {
  const fit = codes([0, 1, 2, 10, 11, 12], [3, 3, 4, 4, 4, 3]);
  // 0.9 → 1, 0, 2: 3 3 4 → 3. 11.1 → 11, 12, 10: 4 3 4 → 4. 2.1 → 2, 1, 0: 4 3 3 → 3.
  assert.equal(
    await kNearestNeighbourAccuracy(fit, codes([0.9, 11.1, 2.1], [3, 4, 4]), { k: 3 }),
    2 / 3,
  );
  assert.equal(
    await kNearestNeighbourAccuracy(fit, codes([0.9, 11.1, 2.1], [3, 4, 4]), { k: 1 }),
    1,
  );
});

Deno.test("kNearestNeighbourAccuracy() leaves a code out of its own vote", async () => {
  assert.equal(
    await kNearestNeighbourAccuracy(codes([0, 1, 10, 11], [1, 2, 1, 2]), null, { k: 1 }),
    0,
  );
  assert.equal(
    await kNearestNeighbourAccuracy(codes([0, 1, 10, 11], [1, 1, 2, 2]), null, { k: 1 }),
    1,
  );
});

Deno.test("kNearestNeighbourAccuracy() gives a tie to the nearer label", async () => {
  const fit = codes([0, 3], [5, 6]);
  assert.equal(await kNearestNeighbourAccuracy(fit, codes([1, 2], [5, 6]), { k: 2 }), 1);
});

Deno.test("kNearestNeighbourAccuracy() equals a plain sort in ten dimensions", async () => {
  const random = new RandomStream(4, "test"), n = 300, d = 10;
  const labels = Array.from({ length: n }, () => random.integer(3));
  const means = labels.flatMap((label) =>
    [...random.normals(d)].map((x, i) => i === label ? x + 2 : x)
  );
  const set = codes(means, labels, d);
  let right = 0;
  for (let i = 0; i < n; i++) {
    const order = labels.map((label, j) => ({
      label,
      distance: j === i ? Infinity : Math.hypot(
        ...Array.from({ length: d }, (_, c) => set.row(i)[c] - set.row(j)[c]),
      ),
    })).sort((a, b) => a.distance - b.distance).slice(0, 5).map(({ label }) => label);
    const count = (label: number) => order.filter((other) => other === label).length;
    if (order.reduce((best, label) => (count(label) > count(best) ? label : best)) === labels[i]) {
      right++;
    }
  }
  assert.ok(right > n / 2 && right < n);
  assert.equal(await kNearestNeighbourAccuracy(set), right / n);
});

Deno.test("kNearestNeighbourAccuracy() reports progress to the end", async () => {
  const seen: number[] = [];
  const set = codes(Array.from({ length: 600 }, (_, i) => i), new Array(600).fill(0));
  await kNearestNeighbourAccuracy(set, null, {
    progress: (done, total) => seen.push(done / total),
  });
  assert.deepEqual(seen, [250 / 600, 500 / 600, 1]);
});

Deno.test("kNearestNeighbourAccuracy() refuses what does not fit", async () => {
  const two = codes([0, 1], [0, 1]);
  await assert.rejects(kNearestNeighbourAccuracy(two), /k: expected an integer from 1 to 1, got 5/);
  await assert.rejects(
    kNearestNeighbourAccuracy(two, codes([0, 1], [0], 2), { k: 1 }),
    /codes: expected latentDim 1, got 2/,
  );
  await assert.rejects(kNearestNeighbourAccuracy(new Codes([0, 1], 1), null, { k: 1 }), {
    name: "OptionError",
    message: "kNearestNeighbourAccuracy: expected labels, got none",
  });
});

Deno.test("nearestLabels() takes the label of the nearest code", () => {
  const fit = codes([0, 0, 10, 0, 0, 10], [3, 7, 9], 2);
  const asked = new Codes([1, 1, 8, 3, 2, 9, 0, 0], 2);
  assert.deepEqual([...nearestLabels(fit, asked)], [3, 7, 9, 3]);
  assert.throws(() => nearestLabels(fit, new Codes([1], 1)), /latentDim 2, got 1/);
});

Deno.test("nearestLabels() lets k codes vote, each without its own vote where nothing else is asked", () => {
  const fit = codes([0, 1, 2, 10, 11, 12], [3, 3, 4, 4, 4, 3]);
  assert.deepEqual([...nearestLabels(fit, new Codes([0.9, 11.1], 1), { k: 3 })], [3, 4]);
  // 12's neighbours are 11 and 10, and 2's are 1 and 0.
  assert.deepEqual([...nearestLabels(fit, null, { k: 2 })], [3, 3, 3, 4, 4, 4]);
  assert.throws(() => nearestLabels(fit, null, { k: 6 }), {
    message: "nearestLabels: k: expected an integer from 1 to 5, got 6",
  });
});
