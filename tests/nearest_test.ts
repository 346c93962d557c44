import assert from "node:assert/strict";
import { editDistance, nearest } from "../lib/nearest.ts";

Deno.test("editDistance() counts insertions, deletions, changes and swaps", () => {
  assert.equal(editDistance("", "abc"), 3);
  assert.equal(editDistance("kitten", "sitting"), 3);
  assert.equal(editDistance("beta", "beat"), 1);
  assert.equal(editDistance("same", "same"), 0);
});

Deno.test("nearest() finds near words only", () => {
  assert.equal(nearest("lerningRate", ["batchSize", "learningRate"]), "learningRate");
  assert.equal(nearest("EPOCHS", ["epochs"]), "epochs");
  assert.equal(nearest("xy", ["ab", "seed"]), undefined);
  assert.equal(nearest("colour", ["seed", "epochs"]), undefined);
  assert.equal(nearest("seed", []), undefined);
});
