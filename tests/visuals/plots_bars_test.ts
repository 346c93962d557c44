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

Deno.test("barChart() turns words that do not fit side by side, and numbers never", () => {
  const words = ["T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt"];
  const bars = (labels: string[], width: number) =>
    barChart(labels.map((label) => ({ label, value: 1 })), {
      xLabel: "class",
      yLabel: "images",
      width,
    });
  const ticks = '[aria-label="x-axis tick label"] text';
  const turned = (svg: string) =>
    attributes(svg, ticks, "transform").map((place) => place.includes("rotate(-40)"));
  const narrow = bars(words, 400), wide = bars(words, 1000);
  assert.deepEqual(texts(narrow.svg, ticks), words);
  assert.deepEqual(turned(narrow.svg), words.map(() => true));
  assert.deepEqual(turned(wide.svg), words.map(() => false));
  assert.ok(narrow.height > wide.height, "turned words need room below");
  const numbers = Array.from({ length: 50 }, (_, i) => `${i + 1}`);
  assert.ok(turned(bars(numbers, 640).svg).every((is) => !is));
});

Deno.test("barChart() leaves out values that are no finite numbers, and says so", () => {
  const items = [{ label: "a", value: 1 }, { label: "b", value: NaN }, {
    label: "c",
    value: Infinity,
  }];
  const { svg } = barChart(items, { xLabel: "x", yLabel: "y", note: "Three models." });
  assert.equal(attributes(svg, '[aria-label="bar"] rect', "x").length, 1);
  assert.match(texts(svg).join(" "), /Three models\. 2 values are no finite numbers: not drawn\./);
  assert.deepEqual(texts(svg, '[aria-label="x-axis tick label"] text'), ["a", "b", "c"]);
});
