import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { unzipSync, zipSync } from "fflate";
import { DamagedError } from "../../lib/checksums.ts";
import { useBackend } from "../../lib/compute/backend.ts";
import { Session } from "../../lib/live/session.ts";
import { loadRun } from "../../lib/training/checkpoint.ts";
import { loadRunFile, packRun, saveRunFile, unpackRun } from "../../lib/training/run_file.ts";
import { smallData, smallModel, smallRecipe, smallTraining, weightsOf } from "./small_run.ts";

await useBackend({ engine: "portable", threads: 1 });

const session = await Session.begin(smallModel(), smallTraining, smallData);
for (let i = 0; i < 8; i++) await session.advance(1);
const { model } = session, run = session.record();

Deno.test("saveRunFile() and loadRunFile() keep weights, networks and record", async () => {
  const path = await Deno.makeTempFile({ suffix: ".zip" });
  try {
    await saveRunFile(path, model, run);
    const read = await loadRunFile(path);
    assert.deepEqual(await weightsOf(read.model), await weightsOf(model));
    assert.deepEqual(read.run, run);
    assert.match(read.model.startingPoint(), /^weights [0-9a-f]{16}$/);
    // Training goes on from the file's weights.
    read.model.initialize();
    assert.deepEqual(await weightsOf(read.model), await weightsOf(model));
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("a run's file keeps what the likelihood has learned, and leaves no other tensor", async () => {
  const { build, training } = smallRecipe({ likelihood: "gaussian", treatment: "grey" });
  const session = await Session.begin(build(), training, smallData);
  for (let i = 0; i < 8; i++) await session.advance(1);
  const bytes = await packRun(session.model, session.record());
  const before = tf.memory().numTensors;
  const { model } = await unpackRun(bytes, "my.zip");
  assert.notEqual((await model.scale())![0], Math.exp(-1), "where it begins");
  assert.deepEqual(await model.scale(), await session.model.scale());
  model.initialize();
  assert.deepEqual(await weightsOf(model), await weightsOf(session.model));
  model.dispose();
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("packRun() makes the zip of a folder that loadRun() reads, equal for equal runs", async () => {
  const bytes = await packRun(model, run);
  assert.deepEqual(await packRun(model, run), bytes);
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(unzipSync(bytes))) {
      const path = `${folder}/${name}`;
      await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeFile(path, content);
    }
    const read = await loadRun(folder);
    assert.deepEqual(await weightsOf(read.model), await weightsOf(model));
    assert.deepEqual(read.run, run);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("unpackRun() names what is damaged", async () => {
  const bytes = await packRun(model, run);
  const refused = async (changed: Uint8Array<ArrayBuffer>, message: RegExp) =>
    await assert.rejects(unpackRun(changed, "my.zip"), (error) => {
      assert.ok(error instanceof DamagedError);
      assert.match(error.message, message);
      return true;
    });
  const files = unzipSync(bytes);
  const weights = files["decoder/weights.bin"].slice();
  weights[17] ^= 1;
  const without = (name: string) =>
    zipSync(Object.fromEntries(Object.entries(files).filter(([other]) => other !== name)));
  await refused(
    zipSync({ ...files, "decoder/weights.bin": weights }),
    /^"my\.zip\/decoder\/weights\.bin" is damaged/,
  );
  await refused(without("encoder/model.json"), /^"my\.zip\/encoder\/model\.json" is missing/);
  await refused(without("SHA256SUMS"), /is no run: it has no SHA256SUMS/);
  await refused(new TextEncoder().encode("no zip"), /it is no whole zip file/);
  await refused(bytes.slice(0, bytes.length - 100), /it is no whole zip file/);
});
