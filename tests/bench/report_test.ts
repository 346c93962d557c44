import assert from "node:assert/strict";
import { type Measured, median, toMarkdown, toResults } from "./report.ts";
import { type BenchEngine, recipeOf, type Work, workNames, works } from "./works.ts";

const work: Work = { ...works[0], title: "CVAE training", batch: 32 };
const measured = (
  engine: BenchEngine,
  rates: number[],
  peaks = rates.map(() => 100),
): Measured => ({
  engine,
  work,
  rounds: rates.map((imagesPerSecond, i) => ({
    engine,
    work: work.work,
    batch: work.batch,
    imagesPerSecond,
    peakRssMb: peaks[i],
    data: "mnist",
  })),
});

Deno.test("median() is the middle value, or the mean of the two in the middle", () => {
  assert.equal(median([5, 1, 3]), 3);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.throws(() => median([]), /at least one value/);
});

Deno.test("toResults() takes ratios within each round, so that drift cancels", () => {
  // The machine gets twice as slow from round to round; the ratio stays.
  const results = toResults([
    measured("tensorflow", [400, 200, 100]),
    measured("onednn", [600, 300, 150], [90, 120, 110]),
  ]);
  assert.equal(results[1].ratioToTensorFlow, 1.5);
  assert.equal(results[1].imagesPerSecond, 300);
  assert.equal(results[1].peakRssMb, 120);
  assert.deepEqual([results[1].slowest, results[1].fastest], [150, 600]);
});

Deno.test("toResults() has no ratio without TensorFlow and no row without a round", () => {
  const results = toResults([measured("portable", [10]), measured("onednn", [])]);
  assert.equal(results.length, 1);
  assert.equal(results[0].ratioToTensorFlow, null);
});

Deno.test("toMarkdown() shows rates with ratios, and a dash for what was not measured", () => {
  const results = toResults([measured("tensorflow", [2000]), measured("onednn", [3000])]);
  const unmeasured: Work = { ...work, work: "cvae-eval", title: "evaluation", batch: 100 };
  const lines = toMarkdown(results, [work, unmeasured]).split("\n");
  assert.equal(lines[0], "| images/s (ratio to TensorFlow) | batch | TensorFlow | oneDNN |");
  assert.equal(lines[2], "| CVAE training | 32 | 2,000 | 3,000 (1.50) |");
  assert.equal(lines[3], "| evaluation | 100 | – | – |");
});

Deno.test("recipeOf() gives every work a model that can be built", () => {
  for (const work of workNames) {
    const { build, training } = recipeOf({ work, batch: 20, images: 20 });
    assert.equal(training.batchSize, 20);
    build().dispose();
  }
  const wide = recipeOf({ work: "cvae-wide-train", batch: 32, images: 32 }).build();
  const filters = ["conv_1", "conv_2"].map((name) =>
    wide.encoder.getLayer(name).getConfig().filters
  );
  assert.deepEqual(filters, [64, 128]);
  wide.dispose();
});

Deno.test("works ask for whole batches", () => {
  for (const { batch, images, imagesOnStock } of works) {
    assert.equal(images % batch, 0);
    assert.equal(imagesOnStock % batch, 0);
  }
});
