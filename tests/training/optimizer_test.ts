import assert from "node:assert/strict";
import { optimizerStep } from "../../lib/training/optimizer.ts";
import { assertNear } from "../assert_near.ts";
import { eachEngine } from "../each_engine.ts";
import { readGolden } from "../golden/formula.ts";

interface GoldenOptimizers {
  start: number[];
  /** One gradient per step. */
  gradients: number[][];
  optimizers: {
    name: "adam" | "rmsprop";
    learningRate: number;
    parameters: number[][];
    momentsAtEnd: { momentum?: number[]; velocity: number[] };
  }[];
}
const { start, gradients, optimizers } = readGolden<GoldenOptimizers>("optimizers.json");

const stateOf = (kind: "adam" | "rmsprop") => ({
  kind,
  m: new Float32Array(start.length),
  v: new Float32Array(start.length),
  step: 0,
});

for (const { name, learningRate, parameters, momentsAtEnd } of optimizers) {
  await eachEngine(`optimizerStep() walks ${name}'s path in Keras`, () => {
    const w = Float32Array.from(start), state = stateOf(name);
    gradients.forEach((gradient, i) => {
      state.step = i + 1;
      optimizerStep(state, learningRate, w, Float32Array.from(gradient));
      // Ten float32 roundings of a weight, and Keras's powers of beta in float32.
      const tolerance = { absolute: 5e-9, relative: 1e-5 };
      assertNear(w, parameters[i], tolerance, `parameters after step ${i + 1}`);
    });
    const tolerance = { relative: 1e-5 };
    if (momentsAtEnd.momentum) assertNear(state.m, momentsAtEnd.momentum, tolerance, "momentum");
    assertNear(state.v, momentsAtEnd.velocity, tolerance, "velocity");
  });

  await eachEngine(`optimizerStep() of ${name} in slices equals the whole`, () => {
    const gradient = Float32Array.from(gradients[0]);
    const whole = Float32Array.from(start), sliced = Float32Array.from(start);
    optimizerStep({ ...stateOf(name), step: 1 }, learningRate, whole, gradient);
    const state = { ...stateOf(name), step: 1 };
    optimizerStep(state, learningRate, sliced, gradient, 0, 2);
    assert.deepEqual([...sliced.subarray(2)], [...Float32Array.from(start).subarray(2)]);
    optimizerStep(state, learningRate, sliced, gradient, 2, start.length);
    assert.deepEqual(sliced, whole);
  });
}
