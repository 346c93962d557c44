import assert from "node:assert/strict";
import { nearest } from "../lib/nearest.ts";

Deno.test("nearest() finds near words only", () => {
  assert.equal(nearest("lerningRate", ["batchSize", "learningRate"]), "learningRate");
  assert.equal(nearest("latnetDim", ["likelihood", "latentDim"]), "latentDim");
  assert.equal(nearest("beat", ["seed", "beta"]), "beta");
  assert.equal(nearest("EPOCHS", ["epochs"]), "epochs");
  assert.equal(nearest("xy", ["ab", "seed"]), undefined);
  assert.equal(nearest("colour", ["seed", "epochs"]), undefined);
  assert.equal(nearest("seed", []), undefined);
  assert.equal(nearest("atl", ["alt", "width"]), "alt");
  assert.equal(nearest("hlep", ["keep", "help"]), "help");
});
