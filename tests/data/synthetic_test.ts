import assert from "node:assert/strict";
import { join } from "node:path";
import type { ImageSet } from "../../lib/data/image_set.ts";
import { classCounts } from "../../lib/data/labels.ts";
import { drawDigit, side } from "../../lib/data/pen.ts";
import { strokes } from "../../lib/data/strokes.ts";
import { digits } from "../../lib/data/digits.ts";
import { shapesOf } from "../../lib/data/shapes.ts";
import { drawSet, loadSynthetic } from "../../lib/data/synthetic.ts";
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

Deno.test("drawSet() of digits is balanced, shuffled, and as inky and grey as MNIST", async () => {
  const set = await drawSet(digits, "train", 2000, 3);
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

Deno.test("drawSet() is fixed by its seed and draws other digits to test on", async () => {
  const set = await drawSet(digits, "train", 20, 4);
  assert.deepEqual((await drawSet(digits, "train", 20, 4)).pixels, set.pixels);
  assert.notDeepEqual((await drawSet(digits, "train", 20, 5)).pixels, set.pixels);
  // Each has its labels in another order: where both draw the same digit, it is another drawing.
  const [train, test] = await Promise.all(
    (["train", "test"] as const).map((part) => drawSet(digits, part, 100, 4)),
  );
  const image = ({ pixels }: ImageSet, i: number) => pixels.subarray(i * size, (i + 1) * size);
  const same = [...train.labels!.keys()].filter((i) => train.labels![i] === test.labels![i]);
  assert.ok(same.length > 2, `${same.length} places with one digit in both`);
  for (const i of same) assert.notDeepEqual(image(test, i), image(train, i), `digit ${i}`);
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

Deno.test("drawSet() draws digits that can be told apart: 1-NN on 10,000 is right on over 90 % of 1,000", async () => {
  const train = await drawSet(digits, "train", 10_000, 7);
  const test = await drawSet(digits, "test", 1000, 7);
  let right = 0;
  for (let i = 0; i < test.count; i++) {
    if (nearestLabel(imageOf(test, i), train) === test.labels![i]) right++;
  }
  console.log(`1-NN on synthetic digits: ${right / 10} %`);
  assert.ok(right > 900, `${right} of 1000`);
  assert.ok(right < 999, "MNIST gives 95 %: digits this easy would teach nothing");
});

Deno.test("loadSynthetic() draws once, and again where the cache is damaged", async () => {
  const folder = await Deno.makeTempDir();
  const load = async () => {
    const reports: number[][] = [];
    const sets = await loadSynthetic(digits, {
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

Deno.test("loadSynthetic() at once from several sides gives all the same digits", async () => {
  const folder = await Deno.makeTempDir();
  const options = { folder, seed: 9, trainCount: 100, testCount: 50 };
  const all = await Promise.all([1, 2, 3].map(() => loadSynthetic(digits, options)));
  for (const sets of [...all, await loadSynthetic(digits, options)]) assert.deepEqual(sets, all[0]);
  assert.equal([...Deno.readDirSync(folder)].length, 1);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("loadSynthetic() draws without a cache where none can be written", async () => {
  const file = await Deno.makeTempFile();
  const options = { folder: join(file, "below"), seed: 9, trainCount: 10, testCount: 10 };
  const { train, kept } = await loadSynthetic(digits, options);
  assert.deepEqual([train.count, kept], [10, false]);
  await Deno.remove(file);
});

const colour = shapesOf([32, 32, 3]), grey = shapesOf([28, 28, 1]);

Deno.test("drawSet() of shapes has ten named classes in colour, fixed by the seed", async () => {
  const set = await drawSet(colour, "train", 1000, 3);
  assert.deepEqual([set.count, set.height, set.width, set.channels], [1000, 32, 32, 3]);
  assert.deepEqual(classCounts(set), new Array(10).fill(100));
  assert.deepEqual(set.classNames?.slice(0, 3), ["disc", "ring", "square"]);
  assert.deepEqual((await drawSet(colour, "train", 1000, 3)).pixels, set.pixels);
  assert.notDeepEqual((await drawSet(colour, "test", 1000, 3)).pixels, set.pixels);
  // In colour: within a pixel red, green and blue are far apart.
  let spread = 0;
  const { pixels } = set;
  for (let p = 0; p < pixels.length; p += 3) {
    const pixel = pixels.subarray(p, p + 3);
    spread += Math.max(...pixel) - Math.min(...pixel);
  }
  assert.ok(spread / (pixels.length / 3) > 40, `${spread / (pixels.length / 3)}`);
});

Deno.test("drawSet() of grey shapes has black ground, and a tenth to a half of it is ink", async () => {
  const set = await drawSet(grey, "train", 500, 3);
  for (let label = 0; label < 10; label++) {
    const images = [...set.labels!.keys()].filter((i) => set.labels![i] === label);
    const inked = images.map((i) => imageOf(set, i).filter((byte) => byte > 0).length / size);
    const mean = inked.reduce((sum, share) => sum + share) / inked.length;
    assert.ok(mean > 0.1 && mean < 0.5, `${set.classNames![label]}: ${mean}`);
  }
  assert.ok(set.pixels.includes(0));
});

Deno.test("drawSet() draws shapes that can be told apart: 1-NN is right far more often than by chance", async () => {
  const [train, test] = [
    await drawSet(grey, "train", 4000, 7),
    await drawSet(grey, "test", 300, 7),
  ];
  let right = 0;
  for (let i = 0; i < test.count; i++) {
    if (nearestLabel(imageOf(test, i), train) === test.labels![i]) right++;
  }
  console.log(`1-NN on synthetic shapes: ${(right / 3).toFixed(1)} %`);
  assert.ok(right > 150, `${right} of 300`);
});

Deno.test("loadSynthetic() keeps each drawing apart, colour too", async () => {
  const folder = await Deno.makeTempDir();
  const options = { folder, seed: 1, trainCount: 30, testCount: 20 };
  for (const drawing of [colour, grey, digits]) {
    const drawn = await loadSynthetic(drawing, options);
    assert.deepEqual(await loadSynthetic(drawing, options), drawn);
  }
  assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
    "shapes1-28x28x1-seed1-30-20",
    "shapes1-32x32x3-seed1-30-20",
    "v1-seed1-30-20",
  ]);
  await Deno.remove(folder, { recursive: true });
});
