import assert from "node:assert/strict";
import { Codes } from "../../lib/data/codes.ts";
import { latentScatter, scatterFrames } from "../../lib/visuals/charts/latent_scatter.ts";
import { latentStrip } from "../../lib/visuals/charts/latent_strip.ts";
import { classColors, seriesColors } from "../../lib/visuals/charts/palette.ts";
import { symbolPath } from "../../lib/visuals/charts/symbols.ts";
import { textWidth } from "../../lib/visuals/text/text.ts";
import { attributes, texts } from "./svg.ts";

const plane = (values: ArrayLike<number>, labels: ArrayLike<number>) =>
  new Codes(values, 2, { labels });
const data = plane([-1, -1, 1, 1, 0, 0], [3, 4, 4]);
const dots = '[aria-label="dot"] path';
const legendMarks = 'path[transform$=",11)"]';

Deno.test("latentScatter() puts each code in its place, in its class's colour and shape", () => {
  const { svg } = latentScatter(data, { domain: [-2, 2] });
  // a square of 452: −2…2 over 48…500 across, 478…26 upward
  assert.deepEqual(attributes(svg, dots, "transform"), [
    "translate(161,365)",
    "translate(387,139)",
    "translate(274,252)",
  ]);
  assert.deepEqual(attributes(svg, dots, "fill"), [3, 4, 4].map((label) => classColors[label]));
  const [three, four, alsoFour] = attributes(svg, dots, "d");
  assert.equal(four, alsoFour);
  assert.notEqual(three, four);
});

Deno.test("latentScatter() has a legend of the classes that are there, with their shapes", () => {
  const { svg } = latentScatter(data, { names: false });
  assert.deepEqual(attributes(svg, legendMarks, "d"), [symbolPath(3, 95), symbolPath(4, 95)]);
  assert.deepEqual(texts(svg).slice(0, 2), ["3", "4"]);
  const unsorted = latentScatter(plane([0, 0, 1, 1, 2, 2], [9, 2, 5]), { names: false });
  assert.deepEqual(texts(unsorted.svg).slice(0, 3), ["2", "5", "9"]);
});

Deno.test("latentScatter() names each class at the median of its codes", () => {
  const codes = plane([0, 0, 1, 1, 9, 9], [7, 7, 7]);
  const { svg, alt } = latentScatter(codes, { domain: [0, 10] });
  assert.deepEqual(attributes(svg, '[aria-label="text"] text', "transform"), [
    "translate(93.2,432.8)",
  ]);
  assert.equal(alt, "Codes in the latent plane: 3 points by class. Medians: 7 at (1.0, 1.0).");
});

Deno.test("latentScatter() takes one scale for both axes, and no straggler sets it", () => {
  const codes = new Float32Array(4000).map((_, i) => Math.sin(i));
  codes[0] = 1000;
  const { svg } = latentScatter(plane(codes, new Uint8Array(2000)));
  const ticks = (axis: string) => texts(svg, `[aria-label="${axis}-axis tick label"] text`);
  assert.deepEqual(ticks("x"), ticks("y"));
  assert.equal(ticks("x").at(-1), "2.0");
});

Deno.test("latentScatter() draws no code outside its frame, and says how many there are", () => {
  const { svg } = latentScatter(plane([0, 0, 1, 1, 9, 0], [1, 2, 3]), {
    domain: [-2, 2],
    note: "Mine.",
  });
  assert.equal(attributes(svg, dots, "d").length, 2);
  assert.match(texts(svg).join(" "), /Mine\. 1 of 3 codes lies outside the frame\./);
  const whole = latentScatter(plane([0, 0, 1, 1], [1, 2]), { domain: [-2, 2] });
  assert.doesNotMatch(texts(whole.svg).join(" "), /outside/);
});

Deno.test("latentScatter() hides no class's name behind another", () => {
  const labels = Uint8Array.from({ length: 200 }, (_, i) => i % 10);
  const codes = Float32Array.from({ length: 400 }, (_, i) => Math.cos(i * i) / 20);
  const { svg } = latentScatter(plane(codes, labels), { domain: [-2, 2] });
  const names = attributes(svg, '[aria-label="text"] text', "transform")
    .map((place) => place!.match(/-?[\d.]+/g)!.map(Number));
  assert.equal(names.length, 10);
  for (const [i, [x, y]] of names.entries()) {
    for (const [otherX, otherY] of names.slice(0, i)) {
      const apart = Math.hypot(x - otherX, y - otherY);
      assert.ok(apart > 19, `two names are ${apart.toFixed(1)} pixels apart`);
    }
  }
});

Deno.test("latentStrip() draws no code outside its domain, and says how many there are", () => {
  const { svg } = latentStrip(new Codes([0, 1, 50], 1, { labels: [0, 0, 1] }), { domain: [-2, 2] });
  assert.equal(attributes(svg, dots, "d").length, 2);
  assert.match(texts(svg).join(" "), /1 of 3 codes lies outside the frame\./);
});

Deno.test("latentScatter() refuses codes that are not pairs", () => {
  assert.throws(
    () => latentScatter(new Codes([1, 2, 3], 3, { labels: [1] })),
    /codes: expected 2 numbers each, got 3/,
  );
});

Deno.test("latentStrip() has a row for each class that is there and a mark at its median", () => {
  const { svg, alt } = latentStrip(new Codes([-1, 0, 1, 2], 1, { labels: [0, 0, 0, 9] }));
  const rows = attributes(svg, dots, "transform").map((place) =>
    Number(place.match(/,([\d.]+)/)![1])
  );
  assert.ok(Math.max(...rows.slice(0, 3)) < 65 && rows[3] > 65, `rows at ${rows}`);
  assert.equal(attributes(svg, '[aria-label="rule"] line', "x1").length, 2);
  assert.deepEqual(texts(svg, '[aria-label="y-axis tick label"] text'), ["0", "9"]);
  assert.match(alt, /one row a class\. Medians: 0 at 0\.0, 9 at 2\.0\./);
});

const letters = [..."abcdefghijklmnopqrstuvwxyz"];

Deno.test("latentScatter() and latentStrip() draw every code of 26 classes, and name them all", () => {
  const labels = Uint8Array.from({ length: 260 }, (_, i) => i % 26);
  const values = Float32Array.from({ length: 520 }, (_, i) => Math.sin(i * i));
  const scatter = latentScatter(new Codes(values, 2, { labels, classNames: letters }));
  assert.equal(attributes(scatter.svg, dots, "d").length, 260);
  assert.deepEqual(texts(scatter.svg).slice(0, 26), letters, "the legend");
  assert.deepEqual(texts(scatter.svg, '[aria-label="text"] text'), letters, "in the plane");
  assert.match(scatter.alt, /260 points by class\. Medians: a at /);
  const shapes = attributes(scatter.svg, dots, "d");
  const looks = attributes(scatter.svg, dots, "fill").map((fill, i) => fill + shapes[i]);
  assert.equal(new Set(looks).size, 26, "each has a colour and shape of its own");
  const strip = latentStrip(
    new Codes(values.subarray(0, 260), 1, { labels, classNames: letters }),
  );
  assert.equal(attributes(strip.svg, dots, "d").length, 260);
  assert.deepEqual(texts(strip.svg, '[aria-label="y-axis tick label"] text'), letters);
});

Deno.test("latentScatter() counts classes from any number, and leaves the legend out above a hundred", () => {
  const codes = (count: number) =>
    plane(
      Float32Array.from({ length: 2 * count }, (_, i) => Math.cos(i)),
      Array.from({ length: count }, (_, i) => i + 1),
    );
  assert.deepEqual(texts(latentScatter(codes(47)).svg).slice(0, 3), ["1", "2", "3"]);
  const many = latentScatter(codes(200));
  assert.equal(attributes(many.svg, dots, "d").length, 200);
  assert.equal(attributes(many.svg, legendMarks, "d").length, 0);
});

Deno.test("latentScatter() and latentStrip() need no labels: one colour, no legend, no names", () => {
  const { svg, alt } = latentScatter(new Codes([0, 0, 1, 1], 2));
  assert.deepEqual(new Set(attributes(svg, dots, "fill")), new Set([seriesColors[0]]));
  assert.equal(attributes(svg, dots, "d").length, 2);
  assert.deepEqual(texts(svg, '[aria-label="text"] text'), []);
  assert.equal(attributes(svg, legendMarks, "d").length, 0);
  assert.equal(alt, "Codes in the latent plane: 2 points.");
  const strip = latentStrip(new Codes([0, 1, 2], 1));
  assert.equal(attributes(strip.svg, dots, "d").length, 3);
  assert.equal(attributes(strip.svg, '[aria-label="rule"] line', "x1").length, 0);
  assert.equal(strip.alt, "Codes on the latent line: 3 points.");
});

Deno.test("latentScatter() cuts no name off at the frame's edges", () => {
  const classNames = ["an aquarium fish", "a lawn mower"];
  const codes = new Codes([0, 5, 10, 5], 2, { labels: [0, 1], classNames });
  const { svg } = latentScatter(codes, { domain: [0, 10] });
  const [left, right] = attributes(svg, '[aria-label="text"] text', "transform")
    .map((place) => Number(place.match(/-?[\d.]+/)![0]));
  const half = (name: string) => textWidth(name, 13, "semiBold") / 2;
  assert.ok(
    left - half(classNames[0]) >= 48,
    `the left name begins at ${left - half(classNames[0])}`,
  );
  assert.ok(right + half(classNames[1]) <= 520, "the right name ends inside");
});

Deno.test("scatterFrames() keeps axes and size while codes move", () => {
  const frames = scatterFrames([
    { codes: plane([0, 0, 1, 1], [1, 2]), caption: "epoch 0" },
    { codes: plane([0, 0, 5, 5], [1, 2]), caption: "epoch 1" },
  ], { size: 240 });
  assert.deepEqual(frames.map(({ caption }) => caption), ["epoch 0", "epoch 1"]);
  const [first, second] = frames.map(({ raster }) => raster);
  assert.deepEqual([first.width, first.height], [second.width, second.height]);
  const dark = (at: number, { data, width, channels }: typeof first) =>
    data[channels * (at * width + 8)];
  assert.notDeepEqual(first.data, second.data);
  assert.equal(dark(0, first), 255);
});

Deno.test("scatterFrames() keeps its size where codes leave the frame in one epoch alone", () => {
  const frames = scatterFrames([
    { codes: plane([0, 0, 1, 1], [1, 2]), caption: "epoch 0" },
    { codes: plane([0, 0, 99, 99], [1, 2]), caption: "epoch 1" },
  ], { size: 240, domain: [-2, 2] });
  const [first, second] = frames.map(({ raster }) => raster.height);
  assert.equal(first, second);
});

for (const count of [1, 2, 1000]) {
  Deno.test(`latentScatter() and latentStrip() draw ${count} codes`, () => {
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
    const codes = Float32Array.from({ length: 2 * count }, (_, i) => Math.cos(i));
    const line = new Codes(codes.subarray(count), 1, { labels });
    assert.equal(attributes(latentScatter(plane(codes, labels)).svg, dots, "d").length, count);
    assert.equal(attributes(latentStrip(line).svg, dots, "d").length, count);
  });
}
