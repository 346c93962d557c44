import assert from "node:assert/strict";
import { Codes } from "../../lib/data/codes.ts";
import { ramp } from "../../lib/visuals/charts/palette.ts";
import { planeMaps } from "../../lib/visuals/charts/plots_planes.ts";
import { attributes, texts } from "./svg.ts";

const cells = '[aria-label="rect"] rect';

Deno.test("planeMaps() colours each cell by its value, the first row lowest", () => {
  const { svg, alt } = planeMaps([{ title: "VAE", values: [0, 1, 2, 3], x: [-1, 1], y: [-1, 1] }], {
    label: "L2 distance",
  });
  assert.deepEqual(attributes(svg, cells, "fill"), [0, 1 / 3, 2 / 3, 1].map(ramp));
  const [left, right, above] = attributes(svg, cells, "x").map(Number);
  const [below, , top] = attributes(svg, cells, "y").map(Number);
  assert.ok(left === above && left < right && top < below);
  assert.equal(alt, "The latent plane, coloured by L2 distance. VAE: 0.00 to 3.00, mean 1.50.");
});

Deno.test("planeMaps() takes rows from above as well", () => {
  const { svg } = planeMaps([{ values: [0, 1, 2, 3], x: [-1, 1], y: [1, -1] }], { label: "d" });
  const [first, , third] = attributes(svg, cells, "y").map(Number);
  assert.ok(first < third);
});

Deno.test("planeMaps() puts two maps on one scale", () => {
  const map = (values: number[]) => ({ values, x: [0, 1], y: [0] });
  const { svg } = planeMaps([map([0, 5]), map([5, 10])], { label: "d" });
  assert.deepEqual(attributes(svg, cells, "fill"), [0, 0.5, 0.5, 1].map(ramp));
  for (const tick of ["0.0", "2.5", "5.0", "7.5", "10.0"]) assert.ok(texts(svg).includes(tick));
});

Deno.test("planeMaps() marks codes in their places", () => {
  const map = { values: [0, 1, 2, 3], x: [-1, 1], y: [-1, 1], codes: new Codes([0, 0], 2) };
  const { svg } = planeMaps([map], { label: "d" });
  assert.deepEqual(attributes(svg, "circle", "cx"), ["179"]); // the middle of 48…310
});

Deno.test("planeMaps() refuses values that do not fill the plane", () => {
  assert.throws(
    () => planeMaps([{ values: [1], x: [0, 1], y: [0, 1] }], { label: "d" }),
    /values: expected 2·2, one for each pair of coordinates, got 1/,
  );
});

Deno.test("planeMaps() draws a single row as a strip without a second axis", () => {
  const { svg, height } = planeMaps([{ values: [1, 2, 3], x: [0, 1, 2], y: [0], xLabel: "z" }], {
    label: "distance",
  });
  assert.equal(attributes(svg, cells, "fill").length, 3);
  assert.ok(height < 260, `${height}`);
  assert.deepEqual(texts(svg).filter((text) => text === "z₂" || text === "−0.4"), []);
});

Deno.test("planeMaps() of no finite value has a scale all the same, and says so", () => {
  const { svg, alt } = planeMaps([{ values: [NaN, Infinity], x: [0, 1], y: [0] }], { label: "d" });
  assert.match(alt, /map 1: no finite value/);
  assert.ok(!texts(svg).some((text) => /Infinity|NaN|∞/.test(text)), texts(svg).join());
});
