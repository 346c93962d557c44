import assert from "node:assert/strict";
import { epochLoop, type EpochPlan, type Member } from "../../lib/training/epoch_loop.ts";
import { RunMemory } from "../../lib/training/run_memory.ts";
import type { Stepper } from "../../lib/training/stepper.ts";
import { smallData } from "./small_run.ts";

const plan: EpochPlan = {
  epoch: 1,
  firstBatch: 0,
  batches: 1,
  batchSize: 4,
  images: 4,
  learningRate: 0.1,
  optimizer: "rmsprop",
  step: 0,
  klWeight: 1,
  klWeightStep: 0,
  klWeightMax: 1,
};

/** One batch as the first of two workers sees it, who owns the first of two weights. */
function firstOfTwo(mine: number, others: number) {
  const memory = RunMemory.allocate({
    workers: 2,
    parameterCount: 2,
    images: 4,
    evaluationBatches: 1,
  });
  memory.weights.fill(1);
  memory.gradients[1].fill(others);
  const stepper = {
    gradients: (_train: unknown, _shard: unknown, _klWeight: number, out: Float32Array) => {
      out.fill(mine);
      return { reconstruction: 1, kl: 1, count: 2 };
    },
    loadWeights: () => {},
  } as unknown as Stepper;
  const member: Member = { id: 0, stepper, train: smallData.train, memory, meet: () => {} };
  const loop = epochLoop(member, plan);
  for (;;) {
    const step = loop.next();
    if (step.done) return { end: step.value, weights: [...memory.weights] };
  }
}

Deno.test("epochLoop() steps along the sum of the workers' gradients, in its own slice", () => {
  const { end, weights } = firstOfTwo(0.25, 0.75);
  assert.deepEqual(end, { reason: "complete" });
  // v = 0.1 g² after the first step, so that g = 1 moves a weight by 0.1 / √0.1.
  assert.ok(Math.abs(weights[0] - (1 - 0.1 / Math.sqrt(0.1))) < 1e-6, `${weights[0]}`);
  assert.equal(weights[1], 1, "the other worker's");
});

Deno.test("epochLoop() leaves the weights alone where gradients overflow only when they are added", () => {
  for (const [mine, others] of [[3e38, 3e38], [NaN, 0], [0, -Infinity]]) {
    const { end, weights } = firstOfTwo(mine, others);
    assert.deepEqual(end, { reason: "not finite", term: "gradient", batch: 0 });
    assert.deepEqual(weights, [1, 1]);
  }
});
