import assert from "node:assert/strict";
import { join } from "node:path";
import type { ImageSet } from "../../lib/data/image_set.ts";
import { classCounts } from "../../lib/data/labels.ts";
import { drawDigit, side } from "../../lib/data/pen.ts";
import { strokes } from "../../lib/data/strokes.ts";
import { drawDigits, loadSyntheticDigits } from "../../lib/data/synthetic_digits.ts";
import { RandomStream } from "../../lib/random.ts";

const size = side * side;
const imageOf = (set: ImageSet, i: number) => set.pixels.subarray(i * size, (i + 1) * size);

Deno.test("strokes has ways of writing ten digits, whose examples can be mixed", () => {
  assert.equal(strokes.length, 10);
  for (const [digit, ways] of strokes.entries()) {
    for (const { weight, examples } of ways) {
      assert.ok(weight > 0 && examples.length >= 2);
      const plan = (strokes: typeof examples[number]) =>
        strokes.map((stroke) => stroke.map(({ corner }) => corner));
      for (const example of examples) {
        assert.deepEqual(plan(example), plan(examples[0]), `an example of ${digit}`);
        for (const { x, y } of example.flat()) {
          assert.ok(x >= 0 && x <= 1 && y >= 0 && y <= 1, `a point of ${digit}: ${x}, ${y}`);
        }
      }
    }
  }
});

Deno.test("drawDigit() is a function of its stream", () => {
  const draw = (position: number) => drawDigit(5, new RandomStream(1, "draw", position)).join();
  assert.equal(draw(0), draw(0));
  assert.notEqual(draw(0), draw(1));
});

Deno.test("drawDigit() fills a box of 20 pixels, its centre of mass in the middle", () => {
  for (let i = 0; i < 300; i++) {
    const image = drawDigit(i % 10, new RandomStream(2, "draw", i));
    let mass = 0, sumX = 0, sumY = 0;
    let left = side, right = 0, top = side, bottom = 0;
    image.forEach((value, at) => {
      const x = at % side, y = Math.floor(at / side);
      mass += value;
      sumX += value * x;
      sumY += value * y;
      if (value <= 127) return;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    });
    assert.ok(Math.abs(sumX / mass - 13.5) <= 0.55, `${i}: x ${sumX / mass}`);
    assert.ok(Math.abs(sumY / mass - 13.5) <= 0.55, `${i}: y ${sumY / mass}`);
    const longer = Math.max(right - left, bottom - top) + 1;
    assert.ok(longer >= 16 && longer <= 22, `${i}: ${longer} pixels`);
  }
});

Deno.test("drawDigits() is balanced, shuffled, and as inky and grey as MNIST", async () => {
  const set = await drawDigits("train", 2000, 3);
  assert.deepEqual([set.count, set.height, set.width, set.channels], [2000, 28, 28, 1]);
  assert.ok(set.pixels.buffer instanceof SharedArrayBuffer);
  assert.deepEqual(classCounts(set), new Array(10).fill(200));
  assert.ok(new Set(set.labels!.subarray(0, 30)).size > 5, "the first images are of many classes");
  // MNIST: mean 0.131, deviation 0.308, 62 % of the inked pixels are grey.
  let sum = 0, squares = 0, inked = 0, grey = 0;
  for (const pixel of set.pixels) {
    sum += pixel / 255;
    squares += (pixel / 255) ** 2;
    if (pixel > 0) inked++;
    if (pixel > 0 && pixel < 250) grey++;
  }
  const mean = sum / set.pixels.length;
  const deviation = Math.sqrt(squares / set.pixels.length - mean ** 2);
  assert.ok(mean > 0.12 && mean < 0.145, `mean ${mean}`);
  assert.ok(deviation > 0.29 && deviation < 0.33, `deviation ${deviation}`);
  assert.ok(grey / inked > 0.57 && grey / inked < 0.7, `${grey / inked} of the ink is grey`);
});

Deno.test("drawDigits() is fixed by its seed and draws other digits to test on", async () => {
  const set = await drawDigits("train", 20, 4);
  assert.deepEqual((await drawDigits("train", 20, 4)).pixels, set.pixels);
  assert.notDeepEqual((await drawDigits("train", 20, 5)).pixels, set.pixels);
  assert.notDeepEqual((await drawDigits("test", 20, 4)).pixels, set.pixels);
});

/** Rows from the middle outward: where digits differ most, so that a far image is given up soon. */
const rows = Array.from({ length: side }, (_, y) => y)
  .sort((a, b) => Math.abs(a - 13.5) - Math.abs(b - 13.5));

/** The label of the nearest image by squared distance (1-NN). */
function nearestLabel(image: Uint8Array, set: ImageSet): number {
  let best = Infinity, label = -1;
  for (let i = 0; i < set.count; i++) {
    const from = i * size;
    let distance = 0;
    for (const y of rows) {
      if (distance >= best) break;
      for (let p = y * side; p < (y + 1) * side; p++) {
        const difference = image[p] - set.pixels[from + p];
        distance += difference * difference;
      }
    }
    if (distance < best) [best, label] = [distance, set.labels![i]];
  }
  return label;
}

Deno.test("drawDigits() can be told apart: 1-NN on 10,000 is right on over 90 % of 1,000", async () => {
  const train = await drawDigits("train", 10_000, 7);
  const test = await drawDigits("test", 1000, 7);
  let right = 0;
  for (let i = 0; i < test.count; i++) {
    if (nearestLabel(imageOf(test, i), train) === test.labels![i]) right++;
  }
  console.log(`1-NN on synthetic digits: ${right / 10} %`);
  assert.ok(right > 900, `${right} of 1000`);
  assert.ok(right < 999, "MNIST gives 95 %: digits this easy would teach nothing");
});

Deno.test("loadSyntheticDigits() draws once, and again where the cache is damaged", async () => {
  const folder = await Deno.makeTempDir();
  const load = async () => {
    const reports: number[][] = [];
    const sets = await loadSyntheticDigits({
      folder,
      seed: 8,
      trainCount: 600,
      testCount: 500,
      progress: (done, total) => reports.push([done, total]),
    });
    return { sets, reports };
  };
  const drawn = await load();
  assert.deepEqual(drawn.reports, [[500, 1100], [1100, 1100]]);
  const kept = await load();
  assert.deepEqual(kept, { sets: drawn.sets, reports: [] });

  const [{ name }] = Deno.readDirSync(folder);
  const path = join(folder, name, "test-images.idx");
  const bytes = await Deno.readFile(path);
  for (const damaged of [bytes.slice(0, 99), bytes.with(5000, bytes[5000] ^ 1)]) {
    await Deno.writeFile(path, damaged);
    assert.deepEqual(await load(), drawn);
    assert.deepEqual(await load(), kept);
  }
  await Deno.remove(join(folder, name, "SHA256SUMS"));
  assert.deepEqual(await load(), drawn);
  assert.deepEqual([...Deno.readDirSync(folder)].length, 1, "no unfinished folder stays");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("loadSyntheticDigits() at once from several sides gives all the same digits", async () => {
  const folder = await Deno.makeTempDir();
  const options = { folder, seed: 9, trainCount: 100, testCount: 50 };
  const all = await Promise.all([1, 2, 3].map(() => loadSyntheticDigits(options)));
  for (const sets of [...all, await loadSyntheticDigits(options)]) assert.deepEqual(sets, all[0]);
  assert.equal([...Deno.readDirSync(folder)].length, 1);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("loadSyntheticDigits() draws without a cache where none can be written", async () => {
  const file = await Deno.makeTempFile();
  const options = { folder: join(file, "below"), seed: 9, trainCount: 10, testCount: 10 };
  assert.equal((await loadSyntheticDigits(options)).train.count, 10);
  await Deno.remove(file);
});
