import assert from "node:assert/strict";
import type { PresetName } from "../../lib/models/presets.ts";
import { comparisonTable } from "../../lib/visuals/text/comparison_table.ts";
import { tableText } from "../../lib/visuals/text/table.ts";
import { runOf } from "../evaluation/run_of.ts";

const run = (name: PresetName, loss: number, kl: number) => ({
  ...runOf(name),
  history: [{
    epoch: 3,
    train: null,
    test: { loss, reconstruction: loss - kl, kl },
    seconds: 1234.4,
  }],
  parameters: 69_989,
  data: { source: "mnist" as const },
});

Deno.test("comparisonTable() shows what the runs have, and no empty column", () => {
  assert.equal(
    tableText(comparisonTable([run("conv-vae", 171.04, 5.5)])),
    [
      "model     latentDim  parameters  pixels     likelihood  epoch    ELBO  reconstruction   KL  seconds",
      "────────  ─────────  ──────────  ─────────  ──────────  ─────  ──────  ──────────────  ───  ───────",
      "conv-vae          2      69,989  threshold  bernoulli       3  −171.0           165.5  5.5    1,234",
    ].join("\n"),
  );
});

Deno.test("comparisonTable() puts a dash where a model has no such number", () => {
  const known = { ...run("conv-ae-2", 0.0428, 0), neighbourAccuracy: 0.7136 };
  const text = tableText(comparisonTable([known, run("conv-vae", 171, 5)]));
  const [head, , ae, vae] = text.split("\n").map((line) => line.split(/\s{2,}/));
  const of = (row: string[]) => Object.fromEntries(head.map((name, i) => [name, row[i]]));
  assert.deepEqual([of(ae).ELBO, of(ae).MSE, of(ae).KL], ["–", "0.0428", "–"]);
  assert.deepEqual([of(vae).ELBO, of(vae).MSE, of(vae)["k-NN"]], ["−171.0", "–", "–"]);
  assert.equal(of(ae)["k-NN"], "71.4 %");
});
