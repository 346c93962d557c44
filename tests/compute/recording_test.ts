/** Kernel calls recorded and played again: the same bits as the computation itself, on any network. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { applyModel } from "../../lib/compute/layers/layers.ts";
import { layOut } from "../../lib/compute/recording/layout.ts";
import { Repeated } from "../../lib/compute/recording/repeated.ts";
import { WasmHeap } from "../../lib/compute/wasm_heap.ts";
import { eachEngine } from "../each_engine.ts";
import { values } from "./kernel_cases.ts";
import { layerCases } from "./layer_cases.ts";

const tensorOf = (shape: number[], name: string) => tf.tensor(values(shape, name), shape);
/** The numbers as they are now: what is played is overwritten at the next run. */
const read = (infos: tf.TensorInfo[]) => infos.map((info) => [...new WasmHeap().view(info)]);

Deno.test("layOut() gives places that nobody else needs at the time", () => {
  const values = [
    { bytes: 100, first: 0, last: 1 },
    { bytes: 40, first: 1, last: 2 },
    { bytes: 100, first: 2, last: 3 },
    { bytes: 300, first: 3, last: 3 },
    { bytes: 60, first: 0, last: 3 },
  ];
  // 300 lies lowest; of the 100s the first is gone by then, the other lies above; 60 meets all of them, 40 fits between.
  assert.deepEqual(layOut(values), { offsets: [0, 128, 320, 0, 448], bytes: 512 });
  assert.deepEqual(layOut([]), { offsets: [], bytes: 0 });
});

Deno.test("layOut() overlaps nothing that is needed at one moment", () => {
  const draw = values([400, 3], "lifetimes").map(Math.abs);
  const lives = Array.from({ length: 400 }, (_, i) => {
    const [bytes, first, length] = draw.subarray(3 * i, 3 * i + 3);
    const from = Math.floor(first * 300) % 300;
    return {
      bytes: 1 + Math.floor(bytes * 5000),
      first: from,
      last: from + Math.floor(length * 20),
    };
  });
  const { offsets, bytes } = layOut(lives);
  lives.forEach((a, i) => {
    assert.ok(offsets[i] % 64 === 0 && offsets[i] + a.bytes <= bytes, `place ${i}`);
    for (let j = 0; j < i; j++) {
      const b = lives[j];
      const together = a.first <= b.last && b.first <= a.last;
      const apart = offsets[i] + a.bytes <= offsets[j] || offsets[j] + b.bytes <= offsets[i];
      assert.ok(!together || apart, `${i} and ${j} share bytes`);
    }
  });
  const all = lives.reduce((sum, life) => sum + life.bytes, 0);
  assert.ok(bytes < all / 2, `${bytes} of ${all} bytes: nothing is used again`);
});

/** Loss and gradients by x and weights, and how often they were computed as they stand. */
function repeatedLoss(model: tf.LayersModel) {
  const variables = model.weights.map((weight) => weight.read() as tf.Variable);
  const compute = ({ x }: { x: tf.Tensor }) => {
    const { value, grads } = tf.variableGrads(() => {
      const outputs = applyModel(model, [x], { inputGradient: true });
      return tf.addN(outputs.map((y, i) => y.mul(tensorOf(y.shape, `dy ${i}`)).sum()));
    }, variables);
    return [value, ...variables.map(({ name }) => grads[name])];
  };
  const counted = { computed: 0 };
  const repeated = new Repeated<{ x: tf.Tensor }>(variables, (given) => {
    counted.computed++;
    return compute(given);
  });
  return { variables, compute, repeated, counted };
}

await eachEngine("Repeated plays every layer to the bit", () => {
  const before = { data: tf.backend().numDataIds(), tensors: tf.memory().numTensors };
  for (const [name, make] of Object.entries(layerCases)) {
    const model = make();
    if (model.weights.length === 0) continue;
    const { variables, compute, repeated, counted } = repeatedLoss(model);
    const shape = [2, ...model.inputs[0].shape.slice(1) as number[]];
    for (let run = 0; run < 6; run++) {
      tf.tidy(() => {
        const x = tensorOf(shape, `x ${run}`);
        for (const [i, variable] of variables.entries()) {
          variable.assign(tensorOf(variable.shape, `weight ${i}, run ${run}`));
        }
        const got = read(repeated.run({ x }));
        assert.deepEqual(got, read(compute({ x })), `${name}, run ${run}`);
      });
    }
    assert.deepEqual([repeated.played, counted.computed], [true, 3], name);
    repeated.dispose();
    model.dispose();
    // tfjs keeps those of a layer that is used twice.
    for (const variable of variables) if (!variable.isDisposed) variable.dispose();
  }
  const after = { data: tf.backend().numDataIds(), tensors: tf.memory().numTensors };
  assert.deepEqual(after, before, "left behind");
}, ["onednn", "portable"]);

const denseModel = () => layerCases["dense, tanh"]();
const given = (run: number) => ({ x: tensorOf([2, 7], `x ${run}`) });

await eachEngine("Repeated.release() gives the memory back, and runs go on", () => {
  const model = denseModel();
  const { compute, repeated, counted } = repeatedLoss(model);
  const run = (number: number) =>
    tf.tidy(() => {
      const tensors = given(number);
      assert.deepEqual(read(repeated.run(tensors)), read(compute(tensors)), `run ${number}`);
    });
  [0, 1, 2, 3].forEach(run);
  const held = tf.backend().numDataIds();
  repeated.release();
  const free = tf.backend().numDataIds();
  assert.ok(free < held - 5, `${held} data, ${free} after release`);
  run(4);
  assert.equal(tf.backend().numDataIds(), held);
  assert.equal(counted.computed, 3);
  repeated.dispose();
  model.dispose();
}, ["onednn", "portable"]);

await eachEngine(
  "Repeated computes what hides a state, or reads numbers on its way, as it stands",
  () => {
    let calls = 0;
    const odd = new Repeated<{ x: tf.Tensor }>([], ({ x }) => [x.mul(++calls)]);
    const peeking = new Repeated<{ x: tf.Tensor }>([], ({ x }) => [x.add(x.sum().dataSync()[0])]);
    for (let run = 1; run <= 5; run++) {
      tf.tidy(() => {
        const x = tf.tensor([run, 10 * run]);
        const [product] = read(odd.run({ x }));
        assert.deepEqual(product, [run * calls, 10 * run * calls]);
        assert.deepEqual(read(peeking.run({ x })), [[12 * run, 21 * run]]);
      });
    }
    assert.deepEqual([odd.played, peeking.played], [false, false]);
  },
  ["onednn", "portable"],
);

await eachEngine(
  "Repeated plays what does not depend on its tensors, and what hands them on",
  () => {
    const before = tf.backend().numDataIds();
    const repeated = new Repeated<{ x: tf.Tensor }>([], ({ x }) => {
      // A constant that no kernel reads, one that a kernel reads, a kernel's that reads nothing; x in another shape.
      return [tf.tensor([3, 4]), x.add(tf.tensor([5, 6])), tf.fill([2], 7), x.reshape([2, 1])];
    });
    for (let run = 0; run < 6; run++) {
      tf.tidy(() => {
        const x = tf.tensor([run, 10 * run]);
        const got = read(repeated.run({ x }));
        // Where a constant was freed, this takes its place.
        tf.tensor([100, 100]);
        const [first] = read(repeated.run({ x }));
        assert.deepEqual([...got, first], [
          [3, 4],
          [run + 5, 10 * run + 6],
          [7, 7],
          [run, 10 * run],
          [3, 4],
        ]);
      });
    }
    assert.equal(repeated.played, true);
    repeated.dispose();
    assert.equal(tf.backend().numDataIds(), before);
  },
  ["onednn", "portable"],
);

Deno.test("Repeated begins anew where another engine is taken into use", async () => {
  await useBackend({ engine: "portable", threads: 1 });
  const model = denseModel();
  const { compute, repeated, counted } = repeatedLoss(model);
  const run = (number: number) =>
    tf.tidy(() => {
      const tensors = given(number);
      assert.deepEqual(repeated.run(tensors).map(({ shape }) => shape), [[], [7, 5], [5]]);
      assert.deepEqual(read(repeated.run(tensors)), read(compute(tensors)));
    });
  [0, 1, 2].forEach(run);
  assert.equal(repeated.played, true);
  const before = counted.computed;
  await useBackend({ engine: "cpu" });
  await useBackend({ engine: "portable", threads: 1 });
  run(3);
  assert.deepEqual([repeated.played, counted.computed > before], [false, true]);
  repeated.dispose();
  model.dispose();
});
