import assert from "node:assert/strict";
import { featuresLine } from "./machine.ts";
import { operationsOf } from "./operations.ts";
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

Deno.test("toResults() compares with the best peer of a work, and with what sgemm allows beside it", () => {
  const all = [
    measured("tensorflow", [400, 200, 100]),
    measured("jax", [800, 400, 200]),
    measured("onednn", [600, 300, 150]),
  ];
  const operations = operationsOf(work);
  const results = toResults(all, [{ work, flops: [2000, 1000, 500].map((n) => n * operations) }]);
  assert.deepEqual(results.map((row) => row.bestPeer), ["jax", "jax", "jax"]);
  assert.deepEqual(results.map((row) => row.ratioToBestPeer), [0.5, 1, 0.75]);
  assert.deepEqual(results.map((row) => row.shareOfLimit), [0.2, 0.4, 0.3]);
  const other = { ...all[2], work: { ...work, batch: 128 } };
  const [, , , alone] = toResults([...all, other]);
  assert.deepEqual([alone.bestPeer, alone.ratioToBestPeer, alone.shareOfLimit], [null, null, null]);
});

Deno.test("toMarkdown() shows rates with ratios, the best peer, and a dash for what was not measured", () => {
  const unmeasured: Work = { ...work, work: "cvae-eval", title: "evaluation", batch: 100 };
  const table = (...all: Measured[]) => {
    const limits = [{ work, flops: [6000 * operationsOf(work)] }];
    return toMarkdown(toResults(all, limits), [work, unmeasured]).split("\n");
  };
  const lines = table(
    measured("tensorflow", [2000]),
    measured("pytorch-compiled", [2500]),
    measured("onednn", [3000]),
  );
  assert.deepEqual(lines.slice(0, 4), [
    "| images/s (ratio to TensorFlow; to the best peer; share of the limit) | batch | TensorFlow | " +
    "PyTorch, compiled | oneDNN | best peer |",
    "|---|---:|---:|---:|---:|---|",
    "| CVAE training | 32 | 2,000 (1.00; 0.80; 33 %) | 2,500 (1.25; 1.00; 42 %) | " +
    "3,000 (1.50; 1.20; 50 %) | PyTorch, compiled |",
    "| evaluation | 100 | – | – | – | – |",
  ]);
  const alone = table(measured("onednn", [3000]));
  assert.equal(alone[0], "| images/s | batch | oneDNN |");
  assert.equal(alone[2], "| CVAE training | 32 | 3,000 |");
});

Deno.test("operationsOf() counts what each layer multiplies, three times where it trains", () => {
  const of = (name: Work["work"]) => operationsOf({ work: name, batch: 10, images: 10 });
  // 784-256-4 and 2-256-784; the images need no gradient.
  const dense = 784 * 256 + 256 * 4 + 2 * 256 + 256 * 784;
  assert.equal(of("dense-train"), 2 * (3 * dense - 784 * 256));
  const encoder = 13 * 13 * 9 * 32 + 6 * 6 * 9 * 32 * 64 + 2304 * 4;
  // A transposed convolution multiplies where it reads: 7 × 7, 14 × 14, 28 × 28.
  const decoder = 2 * 1568 + 7 * 7 * 9 * 32 * 64 + 14 * 14 * 9 * 64 * 32 + 28 * 28 * 9 * 32;
  assert.equal(of("cvae-eval"), 2 * (encoder + decoder));
  assert.equal(of("cvae-manifold"), 2 * decoder);
  assert.equal(of("cvae-train"), 2 * (3 * (encoder + decoder) - 13 * 13 * 9 * 32));
  assert.equal(of("cvae-typed-train"), of("cvae-train"));
});

Deno.test("featuresLine() names what decides a processor's numbers", () => {
  const cpuinfo = "model name\t: some\nflags\t\t: fpu sse4_1 avx2 fma\nbugs\t\t:\n";
  assert.equal(featuresLine(2, cpuinfo), "AVX2, no AVX-512, 2 threads");
  assert.equal(featuresLine(1, "flags : avx2 avx512f avx512vl"), "AVX2, AVX-512, 1 thread");
  assert.equal(featuresLine(4, null), "instructions not known here, 4 threads");
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
