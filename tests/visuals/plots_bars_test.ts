import assert from "node:assert/strict";
import { rule, seriesColors } from "../../lib/visuals/charts/palette.ts";
import { barChart, histogram } from "../../lib/visuals/charts/plots_bars.ts";
import { attributes, texts } from "./svg.ts";

const labels = { xLabel: "latent dimension", yLabel: "KL (nats per image)" };

Deno.test("barChart() draws heights in proportion, and muted bars grey", () => {
  const { svg, alt } = barChart(
    [{ label: "1", value: 4 }, { label: "2", value: 1, muted: true }],
    labels,
  );
  assert.deepEqual(attributes(svg, '[aria-label="bar"] rect', "height"), ["210", "52.5"]);
  assert.deepEqual(attributes(svg, '[aria-label="bar"] rect', "fill"), [seriesColors[0], rule]);
  assert.equal(alt, "KL (nats per image) by latent dimension. 1: 4, 2: 1.");
});

for (const [count, ticks] of [[1, 1], [2, 2], [10, 10], [50, 10]]) {
  Deno.test(`barChart() labels ${ticks} of ${count} bars`, () => {
    const items = Array.from({ length: count }, (_, i) => ({ label: String(i + 1), value: i }));
    const { svg } = barChart(items, labels);
    assert.equal(texts(svg, '[aria-label="x-axis tick label"] text').length, ticks);
    assert.equal(attributes(svg, '[aria-label="bar"] rect', "x").length, count);
  });
}

Deno.test("histogram() counts values into equal steps, the highest into the last", () => {
  const { svg, alt } = histogram([0, 0.1, 0.9, 1.5, 2, NaN], { ...labels, bins: 2 });
  // three of [0, 1), two of [1, 2]; the axis ends at 3
  const heights = attributes(svg, '[aria-label="rect"] rect', "height").map(Number);
  assert.equal(heights.length, 2);
  assert.ok(Math.abs(heights[0] / heights[1] - 1.5) < 1e-3, String(heights));
  assert.match(alt, /of 5 values .* from 0 to 2: most, 3, from 0 to 1\.$/);
});
