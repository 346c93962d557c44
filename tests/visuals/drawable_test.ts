import assert from "node:assert/strict";
import { Codes } from "../../lib/data/codes.ts";
import { finiteOnly, thinned, withRemark } from "../../lib/visuals/charts/drawable.ts";
import { curves } from "../../lib/visuals/charts/plots_curves.ts";
import { latentScatter } from "../../lib/visuals/charts/latent_scatter.ts";
import { latentStrip } from "../../lib/visuals/charts/latent_strip.ts";
import { planeMaps } from "../../lib/visuals/charts/plots_planes.ts";

Deno.test("finiteOnly() leaves out points with a coordinate that is no finite number", () => {
  const points = [{ x: 0, y: 1 }, { x: NaN, y: 1 }, { x: 1, y: Infinity }, { x: 2, y: 3 }];
  assert.deepEqual(finiteOnly(points), { points: [points[0], points[3]], left: 2 });
});

Deno.test("withRemark() says how many, after the reader's note", () => {
  assert.equal(withRemark("Mine.", 0, "point"), "Mine.");
  assert.equal(withRemark(undefined, 1, "point"), "1 point is no finite number: not drawn.");
  assert.equal(
    withRemark("Mine.", 1200, "code"),
    "Mine. 1,200 codes are no finite numbers: not drawn.",
  );
});

Deno.test("thinned() keeps a line's ends and extremes, in order", () => {
  const long = Array.from({ length: 100_000 }, (_, x) => ({ x, y: Math.sin(x / 700) }));
  long[54_321].y = 9;
  long[77_777].y = -9;
  const few = thinned(long);
  assert.ok(few.length <= 2_001, `${few.length}`);
  assert.equal(few[0], long[0]);
  assert.equal(few.at(-1), long.at(-1));
  assert.ok(few.includes(long[54_321]) && few.includes(long[77_777]));
  assert.ok(few.every(({ x }, i) => i === 0 || x > few[i - 1].x));
  assert.equal(thinned(long.slice(0, 2_000)).length, 2_000);
});

/** No coordinate of a drawing may be a word. */
function assertDrawn(svg: string, note: RegExp) {
  assert.doesNotMatch(svg.replace(/<text.*?<\/text>/gs, ""), /NaN|Infinity|undefined/);
  assert.match(svg, note);
}

Deno.test("curves(), latentScatter(), latentStrip() and planeMaps() draw what is finite and say the rest", () => {
  const points = [1, 2, NaN, 4, Infinity].map((y, x) => ({ x, y }));
  const axes = { xLabel: "epoch", yLabel: "loss" };
  assertDrawn(curves([{ label: "a", points }], axes).svg, /2 points are no finite numbers/);
  const labels = [1, 2, 3];
  const plane = new Codes([0, 1, NaN, 2, 3, 4], 2, { labels });
  assertDrawn(latentScatter(plane).svg, /1 code is no finite number/);
  assertDrawn(
    latentStrip(new Codes([0, -Infinity, 2], 1, { labels })).svg,
    /1 code is no finite number/,
  );
  const map = { values: [0, NaN, 2, Infinity], x: [0, 1], y: [0, 1] };
  const drawn = planeMaps([map], { label: "distance" });
  assertDrawn(drawn.svg, /2 values are no finite numbers/);
  assert.match(drawn.alt, /0\.00 to 2\.00, mean 1\.00/);
  const none = { values: [NaN, NaN], x: [0, 1], y: [0] };
  assertDrawn(planeMaps([none], { label: "distance" }).svg, /2 values are no finite numbers/);
});
