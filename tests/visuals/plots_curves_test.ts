import assert from "node:assert/strict";
import { seriesColors } from "../../lib/visuals/charts/palette.ts";
import { curves, elboCurve } from "../../lib/visuals/charts/plots_curves.ts";
import { attributes, texts } from "./svg.ts";

const axes = { xLabel: "epoch", yLabel: "−ELBO (nats per image)" };
const lines = (svg: string) => attributes(svg, '[aria-label="line"] path', "d");

Deno.test("curves() draws each point in its place, and leaves out what is no number", () => {
  const { svg } = curves([
    { label: "a", points: [{ x: 1, y: 10 }, { x: 2, y: 20 }, { x: 3, y: 15 }] },
    { label: "b", points: [{ x: 1, y: 12 }, { x: 2, y: NaN }, { x: 3, y: 12 }], dashed: true },
  ], axes);
  // x: 1…3 over 58…626; y: 10…20 over 298…28
  assert.deepEqual(lines(svg), ["M58,298L342,28L626,163", "M58,244L626,244"]);
  assert.deepEqual(attributes(svg, '[aria-label="line"]', "stroke"), seriesColors.slice(0, 2));
  assert.deepEqual(attributes(svg, '[aria-label="line"]', "stroke-dasharray"), ["", "5 4"]);
});

Deno.test("curves() draws points that are not joined as dots, in the legend too", () => {
  const points = [{ x: 1, y: 10, label: "β = 1" }, { x: 3, y: 20, label: "β = 4" }];
  const { svg } = curves([{ label: "Keras", points, joined: false }], { ...axes, dots: false });
  assert.deepEqual(lines(svg), []);
  assert.deepEqual(attributes(svg, "circle", "cx"), ["58", "626"]);
  assert.ok(texts(svg).includes("Keras"));
  // A label stands at the right of its point; at the right edge it ends there, and is not cut off.
  const labels = (anchor: string) =>
    texts(svg, `[aria-label="text"][text-anchor="${anchor}"] text`);
  assert.deepEqual([labels("start"), labels("end")], [["β = 1"], ["β = 4"]]);
});

Deno.test("curves() begins at 0 where asked", () => {
  const points = [{ x: 1, y: 10 }, { x: 3, y: 20 }];
  const { svg } = curves([{ label: "a", points }], { ...axes, fromZero: true });
  // y: 0…20 over 298…28
  assert.deepEqual(lines(svg), ["M58,163L626,28"]);
});

Deno.test("curves() names axes with units, and series in a legend", () => {
  const point = { x: 1, y: 1 };
  const { svg } = curves(
    [{ label: "one run", points: [point] }, { label: "<b>", points: [point] }],
    {
      ...axes,
      title: "Two runs",
    },
  );
  const all = texts(svg);
  for (const text of ["Two runs", "one run", "<b>", "epoch", "−ELBO (nats per image)"]) {
    assert.ok(all.includes(text), `${text} is missing in ${all}`);
  }
});

Deno.test("curves() tells its ends in the alternative text", () => {
  const { alt } = curves([{
    label: "test",
    points: [{ x: 1, y: 178.956 }, { x: 10, y: 156.98 }, { x: 11, y: NaN }],
  }], axes);
  assert.equal(alt, "−ELBO (nats per image) over epoch. test: 179 at 1, 157 at 10.");
});

Deno.test("curves() places powers of two evenly on a logarithmic axis, each with its label", () => {
  const points = [1, 2, 4, 8].map((x) => ({ x, y: 100 * x }));
  const { svg } = curves([{ label: "a", points }], { ...axes, xScale: "log", yScale: "log" });
  assert.deepEqual(attributes(svg, "circle", "cx"), ["58", "247.333", "436.667", "626"]);
  assert.deepEqual(texts(svg, '[aria-label="x-axis tick label"] text'), ["1", "2", "4", "8"]);
  assert.deepEqual(texts(svg, '[aria-label="y-axis tick label"] text'), ["100", "200", "500"]);
});

Deno.test("curves() refuses a misspelt option", () => {
  const options = { ...axes, tilte: "x" } as unknown as Parameters<typeof curves>[1];
  assert.throws(() => curves([], options), /curves: tilte: no such option; did you mean `title`/);
});

const terms = (loss: number, kl: number) => ({ loss, reconstruction: loss - kl, kl });
const records = [
  { epoch: 0, train: null, test: terms(543.4, 0) },
  { epoch: 1, train: terms(200, 4), test: terms(180, 5) },
  { epoch: 2, train: terms(170, 5), test: terms(160, 6) },
];

Deno.test("elboCurve() begins after the untrained epoch and says what that one had", () => {
  const { svg, alt } = elboCurve(records);
  assert.equal(lines(svg)[0], "M58,163L626,298"); // test: 180 and 160 between 160 and 200
  assert.equal(lines(svg)[1], "M58,28L626,230.5");
  assert.ok(texts(svg).includes("Untrained (epoch 0, not drawn): 543.4."));
  assert.match(alt, /test: 180 at 1, 160 at 2; training: 200 at 1, 170 at 2\./);
});

Deno.test("elboCurve() draws a reference beside the run", () => {
  const reference = { label: "TensorFlow", points: [{ x: 1, y: 178.96 }, { x: 2, y: 170.81 }] };
  const { svg } = elboCurve(records, { reference });
  assert.equal(lines(svg).length, 3);
  assert.ok(texts(svg).includes("TensorFlow"));
});

Deno.test("elboCurve() leaves out training where none was recorded", () => {
  const { svg } = elboCurve(records.map((record) => ({ ...record, train: null })));
  assert.equal(lines(svg).length, 1);
});

Deno.test("elboCurve() draws no reference beside a run that has no trained epoch, and says so", () => {
  const reference = { label: "the tutorial", points: [{ x: 1, y: 178 }, { x: 2, y: 170 }] };
  const { svg, alt } = elboCurve(records.slice(0, 1), { reference });
  assert.match(svg, /No epoch is finished yet\./);
  assert.doesNotMatch(svg, /the tutorial/);
  assert.match(alt, /No points\.$/);
});
