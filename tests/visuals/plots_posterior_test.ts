import assert from "node:assert/strict";
import { ramp } from "../../lib/visuals/charts/palette.ts";
import { posteriorMaps } from "../../lib/visuals/charts/plots_posterior.ts";
import { attributes, texts } from "./svg.ts";

const grid = { xs: [0, 1], ys: [1, 0] };
const logs = (...densities: number[]) => densities.map(Math.log);

Deno.test("posteriorMaps() colours both densities in parts of the higher peak", () => {
  const { svg, alt } = posteriorMaps([
    { title: "a 4", grid, logPosterior: logs(4, 2, 1, 0), logQ: logs(1, 1, 1, 1) },
    { title: "a 9", grid, logPosterior: logs(1, 1, 1, 1), logQ: logs(8, 0, 0, 0) },
  ]);
  const fills = attributes(svg, '[aria-label="rect"] rect', "fill");
  const wanted = [1, 0.5, 0.25, 0, 0.25, 0.25, 0.25, 0.25, ...Array(4).fill(1 / 8), 1, 0, 0, 0];
  assert.deepEqual(fills, wanted.map(ramp));
  const words = texts(svg);
  for (const word of ["a 4", "a 9", "p(z|x)", "q(z|x)"]) assert.ok(words.includes(word), word);
  assert.equal(alt, "p(z|x) above q(z|x): a 4; a 9.");
});

Deno.test("posteriorMaps() has strips for one dimension", () => {
  const line = { xs: [0, 1], ys: [0] };
  const { svg } = posteriorMaps([
    { title: "a 1", grid: line, logPosterior: logs(1, 2), logQ: logs(2, 2) },
  ]);
  assert.equal(attributes(svg, '[aria-label="rect"] rect', "fill").length, 4);
});
