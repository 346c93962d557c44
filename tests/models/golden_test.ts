/** Every preset against Keras: the same weights, images and noise, see `tests/golden/`. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { EngineName } from "../../lib/compute/engines.ts";
import { type Model, reparameterize } from "../../lib/models/model.ts";
import { preset, type PresetName } from "../../lib/models/presets.ts";
import { objectiveTerms } from "../../lib/objective.ts";
import { assertNear } from "../assert_near.ts";
import { eachEngine } from "../each_engine.ts";
import {
  assignWeights,
  type Digest,
  type GoldenPreset,
  goldenPresets,
  images,
  noise,
  readGolden,
} from "../golden/formula.ts";

/** Float32 sums of up to 2,304 products in another order, through at most eight layers. */
const tolerance = 1e-4;

/**
 * Some values, and of all of them sum and sum of squares. Logits and codes are of size 1; what is
 * smaller by nature (a gradient) is held to its typical size.
 */
function assertDigest(tensor: tf.Tensor, wanted: Digest, what: string) {
  assert.deepEqual(tensor.shape, wanted.shape, `${what}: shape`);
  const values = tensor.dataSync();
  const scale = Math.min(1, Math.sqrt(wanted.sumOfSquares / values.length));
  const picked = wanted.indexes.map((index) => values[index]);
  const rounding = { absolute: tolerance * scale, relative: tolerance };
  assertNear(picked, wanted.values, rounding, what);
  let sum = 0, sumOfSquares = 0;
  for (const value of values) {
    sum += value;
    sumOfSquares += value * value;
  }
  const norm = Math.sqrt(wanted.sumOfSquares);
  // By Cauchy and Schwarz a relative error in the norm moves the sum by up to √n times as much.
  const sumTolerance = { absolute: tolerance * norm * Math.sqrt(values.length) };
  assertNear([sum], [wanted.sum], sumTolerance, `${what}: sum`);
  assertNear([Math.sqrt(sumOfSquares)], [norm], { relative: tolerance }, `${what}: norm`);
}

/** tfjs's own `cpu` backend takes over a minute for the gradients of the largest. */
const gradientEngines = (name: PresetName): EngineName[] =>
  name === "conv-vae-cifar10" ? ["onednn", "portable"] : ["onednn", "portable", "cpu"];

function withPreset(name: PresetName, test: (model: Model, golden: GoldenPreset) => void) {
  const golden = readGolden<GoldenPreset>(`presets/${name}.json`);
  const { build } = preset(name);
  const model = build();
  assignWeights(model);
  tf.tidy(() => test(model, golden));
  model.dispose();
}

for (const name of goldenPresets) {
  const { kl: klTerm } = preset(name).training;

  Deno.test(`preset(${name}) has Keras's weights, in Keras's order`, () => {
    withPreset(name, (model, golden) => {
      assert.equal(model.parameterCount, golden.parameterCount);
      const shapes = model.variables().map((variable) => variable.shape);
      assert.deepEqual(shapes, golden.weights.map((weight) => weight.shape));
      assert.equal(model.config.treatment, golden.treatment);
      assert.equal(model.config.latentDim, golden.latentDim);
    });
  });

  await eachEngine(`${name}: forward pass equals Keras's`, () => {
    withPreset(name, (model, golden) => {
      const { mean, logVar } = model.encode(
        images(golden.batch, model.config.inputShape, golden.treatment),
      );
      const code = logVar ? tf.concat([mean, logVar], 1) : mean;
      assertDigest(code, golden.encoderOutput, "encoder output");
      const z = logVar ? reparameterize(mean, logVar, noise(golden.batch, golden.latentDim)) : mean;
      assertDigest(model.decode(z), golden.logits, "logits");
    });
  });

  await eachEngine(`${name}: objective and gradients equal Keras's`, () => {
    withPreset(name, (model, golden) => {
      const x = images(golden.batch, model.config.inputShape, golden.treatment);
      const eps = noise(golden.batch, golden.latentDim);
      const rounding = { absolute: tolerance, relative: 1e-6 };
      const variables = model.variables();
      const { value, grads } = tf.variableGrads(() => {
        const { reconstruction, kl } = objectiveTerms(model, x, x, eps, klTerm);
        assertNear(reconstruction.dataSync(), golden.reconstruction, rounding, "reconstruction");
        if (kl) assertNear(kl.dataSync(), golden.kl, rounding, "KL");
        return (kl ? reconstruction.add(kl) : reconstruction).mean() as tf.Scalar;
      }, variables);
      assertNear(value.dataSync(), [golden.loss], rounding, "loss");
      variables.forEach((variable, k) => {
        const { name, gradient } = golden.weights[k];
        assertDigest(grads[variable.name], gradient, `gradient of ${name}`);
      });
    });
  }, gradientEngines(name));
}
