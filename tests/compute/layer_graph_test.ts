/** Every layer that trains, on every engine: outputs and gradients against tfjs's `cpu` backend. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { applyModel } from "../../lib/compute/layers/layers.ts";
import { assertNear } from "../assert_near.ts";
import { eachEngine } from "../each_engine.ts";
import { values } from "./kernel_cases.ts";
import { layerCases } from "./layer_cases.ts";

interface Results {
  outputs: Float32Array[];
  /** Of Σ outputs · weights that have no symmetry: by x, then by each of the model's weights. */
  gradients: Float32Array[];
}

const tensorOf = (shape: number[], name: string) => tf.tensor(values(shape, name), shape);

/** The model with weights of size 1, none of them 0. */
function build(make: () => tf.LayersModel): { model: tf.LayersModel; variables: tf.Variable[] } {
  const model = make();
  const variables = model.weights.map((weight) => weight.read() as tf.Variable);
  variables.forEach((variable, i) => {
    const value = tensorOf(variable.shape, `weight ${i}`);
    variable.assign(value);
    value.dispose();
  });
  return { model, variables };
}

function loss(model: tf.LayersModel, x: tf.Tensor): tf.Scalar {
  return tf.tidy(() => {
    const outputs = applyModel(model, [x], { inputGradient: true });
    const terms = outputs.map((y, i) => y.mul(tensorOf(y.shape, `dy ${i}`)).sum());
    return tf.addN(terms) as tf.Scalar;
  });
}

async function run(make: () => tf.LayersModel): Promise<Results> {
  const { model, variables } = build(make);
  const x = tensorOf([2, ...model.inputs[0].shape.slice(1)] as number[], "x");
  const outputs = applyModel(model, [x], { inputGradient: true });
  const dx = tf.grad((x) => loss(model, x))(x);
  let gradients = [dx];
  if (variables.length > 0) {
    const { value, grads } = tf.variableGrads(() => loss(model, x), variables);
    value.dispose();
    gradients = [dx, ...variables.map(({ name }) => grads[name])];
  }
  const read = (tensors: tf.Tensor[]) =>
    Promise.all(tensors.map(async (tensor) => Float32Array.from(await tensor.data())));
  const results = { outputs: await read(outputs), gradients: await read(gradients) };
  // Not model.dispose(): of a layer used twice it leaves the weights (tfjs 4.22.0).
  tf.dispose([x, outputs, gradients, variables]);
  return results;
}

const oracle = new Map<string, Results>();
async function wanted(name: string): Promise<Results> {
  let known = oracle.get(name);
  if (!known) oracle.set(name, known = await run(layerCases[name]));
  return known;
}

/** The number between the two that is nearest to x. */
const nearer = (x: number, a: number, b: number) =>
  Math.min(Math.max(x, Math.min(a, b)), Math.max(a, b));

Deno.test("cpu: gradients of every layer equal finite differences", async () => {
  await useBackend({ engine: "cpu" });
  for (const [name, make] of Object.entries(layerCases)) {
    const { gradients } = await wanted(name);
    const { model, variables } = build(make);
    const inputs = [
      tf.variable(tensorOf([2, ...model.inputs[0].shape.slice(1)] as number[], "x")),
      ...variables,
    ];
    inputs.forEach((input, k) => {
      const at = input.dataSync();
      for (let i = 0; i < at.length; i += Math.ceil(at.length / 12)) {
        const moved = (step: number) =>
          tf.tidy(() => {
            const there = Float32Array.from(at);
            there[i] += step;
            input.assign(tf.tensor(there, input.shape));
            return loss(model, inputs[0]).dataSync()[0];
          });
        const step = 1e-3, here = moved(0);
        const [left, right] = [(here - moved(-step)) / step, (moved(step) - here) / step];
        // Float32 sums of size 10 are known to 1e-6 of that, and the step divides it.
        const rounding = { absolute: 3e-2, relative: 2e-3 };
        // Some number may cross a corner of relu: then both slopes are right.
        const corner = Math.abs(left - right) > 5e-2;
        const slope = corner ? nearer(gradients[k][i], left, right) : (left + right) / 2;
        assertNear([gradients[k][i]], [slope], rounding, `${name}, input ${k}`);
        input.assign(tf.tidy(() => tf.tensor(at, input.shape)));
      }
    });
    tf.dispose(inputs);
  }
});

await eachEngine("outputs and gradients of every layer equal the cpu backend's", async (engine) => {
  for (const [name, make] of Object.entries(layerCases)) {
    if (!oracle.has(name)) {
      await useBackend({ engine: "cpu" });
      await wanted(name);
      await useBackend({ engine, threads: 1 });
    }
    const before = tf.memory().numTensors;
    const got = await run(make), want = await wanted(name);
    assert.equal(tf.memory().numTensors, before, `${name}: tensors left behind`);
    for (const what of ["outputs", "gradients"] as const) {
      assert.equal(got[what].length, want[what].length);
      want[what].forEach((values, i) => {
        const rounding = { absolute: 1e-4, relative: 1e-5 };
        assertNear(got[what][i], values, rounding, `${name}: ${what} ${i}`);
      });
    }
  }
}, ["onednn", "portable", "webgpu"]);

Deno.test("applyModel() gives outputs of the caller's own, where the network is its input too", async () => {
  await useBackend({ engine: "portable", threads: 1 });
  const input = tf.input({ shape: [3] });
  const model = tf.model({ inputs: input, outputs: input });
  const x = tf.tensor2d([[1, 2, 3]]);
  const [y] = applyModel(model, [x], { inputGradient: false });
  y.dispose();
  assert.deepEqual([...x.dataSync()], [1, 2, 3]);
  x.dispose();
});

Deno.test("applyModel() gives what is put side by side at the end apart, where asked, and nothing else", async () => {
  await useBackend({ engine: "portable", threads: 1 });
  const input = tf.input({ shape: [2, 3] });
  const double = tf.layers.reLU().apply(input) as tf.SymbolicTensor;
  const joined = (axis: number) =>
    tf.layers.concatenate({ axis }).apply([input, double]) as tf.SymbolicTensor;
  const x = tf.tensor3d([[[-1, 2, -3], [4, -5, 6]]]);
  const outputs = (output: tf.SymbolicTensor, apart: boolean) => {
    const model = tf.model({ inputs: input, outputs: output });
    const tensors = applyModel(model, [x], { inputGradient: false, apart });
    const arrays = tensors.map((tensor) => [...tensor.dataSync()]);
    tf.dispose(tensors);
    return arrays;
  };
  const sides = [[-1, 2, -3, 4, -5, 6], [0, 2, 0, 4, 0, 6]];
  assert.deepEqual(outputs(joined(-1), true), sides);
  assert.deepEqual(outputs(joined(2), true), sides);
  assert.deepEqual(outputs(joined(-1), false), [[-1, 2, -3, 0, 2, 0, 4, -5, 6, 4, 0, 6]]);
  assert.deepEqual(outputs(joined(1), true), [sides.flat()], "below one another");
  const behind = tf.layers.softmax({ axis: -1 }).apply(joined(-1)) as tf.SymbolicTensor;
  assert.deepEqual(outputs(behind, true), outputs(behind, false), "something follows");
  assert.deepEqual([...x.dataSync()], [-1, 2, -3, 4, -5, 6], "the caller's own");
  x.dispose();
});

await eachEngine("max pooling gives the gradient to the first of equals", () => {
  // Behind a relu most windows hold several zeros.
  const x = tf.zeros([1, 2, 4, 1]) as tf.Tensor4D;
  const dx = tf.grad((x) => tf.maxPool(x as tf.Tensor4D, 2, 2, "valid").sum())(x);
  assert.deepEqual([...dx.dataSync()], [1, 0, 1, 0, 0, 0, 0, 0]);
  tf.dispose([x, dx]);
});
