import assert from "node:assert/strict";
import { seriesColors } from "../../lib/visuals/charts/palette.ts";
import { smallMultiples } from "../../lib/visuals/charts/small_multiples.ts";
import { attributes, texts } from "./svg.ts";

const axes = { xLabel: "epoch", yLabel: "−ELBO (nats per image)" };

Deno.test("smallMultiples() draws every run in each panel, one of them in colour", () => {
  const run = (label: string, y: number) => ({ label, points: [{ x: 1, y }, { x: 2, y: y - 1 }] });
  const { svg } = smallMultiples([
    run("z = 2", 9),
    run("z = 5", 8),
    run("z = 9", 7),
    run("z = 20", 6),
  ], axes);
  const strokes = attributes(svg, '[aria-label="line"]', "stroke");
  assert.equal(strokes.length, 20);
  assert.deepEqual(strokes.filter((color) => color !== "#d5dae0"), seriesColors.slice(0, 4));
  for (const label of ["z = 2", "z = 5", "z = 9", "z = 20"]) assert.ok(texts(svg).includes(label));
});

Deno.test("smallMultiples() leaves out what is no finite number, and says so", () => {
  const points = Array.from({ length: 200_000 }, (_, x) => ({ x, y: x === 7 ? NaN : x % 9 }));
  const { svg } = smallMultiples([{ label: "a", points }], axes);
  assert.doesNotMatch(svg, /NaN/);
  assert.match(svg, /1 point is no finite number: not drawn\./);
  assert.ok(svg.length < 200_000, `${svg.length} characters: a long line is thinned out`);
});
