/** Session and Trainer on WebGPU, where Deno has it; the page's own test runs them in a browser. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { useBackend } from "../../lib/compute/backend.ts";
import { PageEngineChoice } from "../../lib/compute/page_engine_choice.ts";
import type { Report } from "../../lib/live/contents.ts";
import { Session } from "../../lib/live/session.ts";
import { liveRecipe } from "../../lib/live/settings.ts";
import { Trainer } from "../../lib/live/trainer.ts";
import { advanceInNumbers } from "../../lib/live/step_numbers.ts";
import { assertNear } from "../assert_near.ts";
import { eachEngine } from "../each_engine.ts";
import { smallData } from "../training/small_run.ts";
import { settings } from "./small_settings.ts";

/** Losses by step, those of test images, and the norm of the last step's gradient. */
async function trained() {
  const before = tf.memory().numTensors;
  const { model, training } = liveRecipe(settings);
  const session = await Session.begin(model, { ...training, batchSize: 20 }, smallData);
  const losses = [...await session.advance(2), ...await session.advance(20)];
  session.change({ learningRate: 5e-3 });
  losses.push(...await session.advance(1));
  const { batch, gradientNorm } = await advanceInNumbers(session);
  losses.push(batch);
  const tests = session.history.map(({ test }) => test.loss);
  const weights = await session.weights();
  session.dispose();
  assert.equal(tf.memory().numTensors, before, "tensors left behind");
  return { losses: losses.map(({ loss }) => loss), tests, weights, gradientNorm };
}

await eachEngine("Session takes the portable engine's steps, but for rounding", async (engine) => {
  await useBackend({ engine: "portable", threads: 1 });
  const wanted = await trained();
  await useBackend({ engine, threads: 1 });
  const got = await trained();
  assert.equal(got.losses.length, 7);
  assertNear(got.losses, wanted.losses, { relative: 1e-5 }, "losses");
  assertNear(got.tests, wanted.tests, { relative: 1e-5 }, "test losses");
  assertNear(got.weights, wanted.weights, { absolute: 1e-4 }, "weights");
  assertNear([got.gradientNorm], [wanted.gradientNorm], { relative: 1e-4 }, "gradient");
}, ["webgpu"]);

/** Says that WebGPU won. */
class Winner extends PageEngineChoice {
  constructor() {
    super(() => Promise.resolve({ device: "a GPU", software: false }));
  }
  override tried = () => Promise.resolve({ engine: "webgpu", words: "WebGPU won" } as const);
}

await eachEngine(
  "Trainer shows a training, and begins it again where a trial takes WebGPU",
  async () => {
    const reports: Report[] = [];
    const trainer = new Trainer(smallData, (report) => reports.push(report), new Winner());
    await trainer.obey({ kind: "begin", settings });
    const told = reports.flatMap((report) =>
      report.kind === "engine"
        ? [report.words]
        : report.kind === "begun" || report.kind === "log"
        ? [`${report.kind} on ${report.log.engine}`]
        : report.kind === "manifold"
        ? ["manifold"]
        : []
    );
    assert.deepEqual(told, [
      "WebAssembly (WebGPU is being tried …)",
      "begun on portable",
      "manifold",
      "log on portable",
      "WebGPU is made ready …",
      "WebGPU won",
      "begun on webgpu",
      "manifold",
      "log on webgpu",
    ]);
    const [first, second] = reports.filter((report) => report.kind === "log");
    assert.equal(first.hash, second.hash, "the same initial weights, to the bit");

    // And back: what trained on the device is gone, and nothing of it is left.
    await trainer.obey({ kind: "step" });
    await trainer.obey({ kind: "engine", wish: { engine: "portable", softwareToo: false } });
    const last = reports.findLast((report) => report.kind === "log")!;
    assert.deepEqual([last.log.engine, last.log.steps, last.hash], ["portable", 0, first.hash]);
  },
  ["webgpu"],
);
