import assert from "node:assert/strict";
import { rule, seriesColors } from "../../lib/visuals/charts/palette.ts";
import { barChart } from "../../lib/visuals/charts/plots_bars.ts";
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
