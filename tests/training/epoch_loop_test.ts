import assert from "node:assert/strict";
import { trainingSchema } from "../../lib/models/training_settings.ts";
import {
  epochLoop,
  type EpochPlan,
  type Member,
  planEpoch,
  plannedBatches,
  share,
} from "../../lib/training/epoch_loop.ts";
import { RunMemory } from "../../lib/training/run_memory.ts";
import type { Stepper } from "../../lib/training/stepper.ts";
import { smallData } from "./small_run.ts";

const plan: EpochPlan = {
  epoch: 1,
  firstBatch: 0,
  batches: 1,
  batchSize: 4,
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
    follow: () => {},
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

const beginning = { epoch: 1, batch: 0, step: 0, epochSums: [0, 0, 0], seconds: 0 };

Deno.test("planEpoch() and plannedBatches() go through the order in batches, the last one smaller", () => {
  const training = trainingSchema.parse({ batchSize: 4 });
  const order = Uint32Array.of(9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const position = { ...beginning, epoch: 3, step: 6 };
  const batches = [...plannedBatches(planEpoch(training, position, 10), order)];
  assert.deepEqual(batches.map(({ indices }) => [...indices]), [
    [9, 8, 7, 6],
    [5, 4, 3, 2],
    [1, 0],
  ]);
  const numbers = batches.map(({ epoch, batch, step, klWeight }) => [epoch, batch, step, klWeight]);
  assert.deepEqual(numbers, [[3, 0, 7, 1], [3, 1, 8, 1], [3, 2, 9, 1]]);
  // As with `dropRemainder`: fewer images than the order has.
  const fewer = [...plannedBatches(planEpoch(training, position, 8), order)];
  assert.deepEqual(fewer.map(({ indices }) => indices.length), [4, 4]);
});

Deno.test("plannedBatches() grows the KL weight from 0 to beta over the warm-up's steps, across epochs", () => {
  // Six steps of warm-up at two batches an epoch.
  const training = trainingSchema.parse({ batchSize: 4, beta: 3, klWarmupEpochs: 3 });
  const order = new Uint32Array(8);
  const weights = (position: typeof beginning) =>
    [...plannedBatches(planEpoch(training, position, 8), order)].map(({ klWeight }) => klWeight);
  const all = [1, 2, 3, 4].map((epoch) => weights({ ...beginning, epoch, step: 2 * epoch - 2 }));
  assert.deepEqual(all, [[0, 0.5], [1, 1.5], [2, 2.5], [3, 3]]);
  // Resumed in the middle of the second epoch.
  assert.deepEqual(weights({ ...beginning, epoch: 2, batch: 1, step: 3 }), [1.5]);
});

Deno.test("share() gives every thing to one worker, as evenly as may be", () => {
  for (const [count, workers] of [[16, 2], [5, 3], [1, 4], [0, 2]]) {
    const shares = Array.from({ length: workers }, (_, id) => share(count, id, workers));
    assert.deepEqual([shares[0][0], shares.at(-1)![1]], [0, count]);
    shares.forEach(([from, to], id) => {
      if (id > 0) assert.equal(from, shares[id - 1][1]);
      assert.ok([Math.floor(count / workers), Math.ceil(count / workers)].includes(to - from));
    });
  }
});

Deno.test("epochLoop() adds up all workers' sums, and counts the batch's images once", () => {
  const memory = RunMemory.allocate({
    workers: 2,
    parameterCount: 1,
    images: 4,
    evaluationBatches: 1,
  });
  memory.epochSums.set([100, 10, 8]);
  memory.batchSums.set([0, 0, 5, 0.25]);
  const stepper = {
    gradients: () => ({ reconstruction: 3, kl: 0.5, count: 2 }),
    follow: () => {},
  } as unknown as Stepper;
  const member = { id: 0, stepper, train: smallData.train, memory, meet: () => {} };
  assert.deepEqual([...epochLoop(member, plan)].length, 1);
  assert.deepEqual([...memory.epochSums], [108, 10.75, 12]);
  assert.equal(memory.batchesDone, 1);
});
