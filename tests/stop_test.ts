import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../lib/compute/backend.ts";
import { download } from "../lib/data/download.ts";
import { digits } from "../lib/data/digits.ts";
import { drawSet } from "../lib/data/synthetic.ts";
import { Codes } from "../lib/data/codes.ts";
import { treat } from "../lib/data/treat.ts";
import { iwaeBound } from "../lib/evaluation/importance_bound.ts";
import { nearestImages } from "../lib/evaluation/nearest_images.ts";
import { decodeCodes, encodeAll } from "../lib/latent/encode.ts";
import { pixelComponents } from "../lib/latent/pixel_components.ts";
import { onStop, requestStop, stoppable, StoppedError, stoppedJustNow } from "../lib/stop.ts";
import { smallData, smallModel } from "./training/small_run.ts";

Deno.test("requestStop() asks everything that listens, until it no longer does", () => {
  const asked: string[] = [];
  const removeFirst = onStop(() => asked.push("first"));
  const removeSecond = onStop(() => asked.push("second"));
  requestStop();
  removeFirst();
  requestStop();
  removeSecond();
  requestStop();
  assert.deepEqual(asked, ["first", "second", "second"]);
});

Deno.test("stoppedJustNow() holds for three seconds after a Stop", () => {
  requestStop();
  const now = performance.now();
  assert.equal(stoppedJustNow(now), true);
  assert.equal(stoppedJustNow(now + 2900), true);
  assert.equal(stoppedJustNow(now + 3100), false);
});

Deno.test("stoppable() ends at the Stop after its beginning, and not at one before", async () => {
  requestStop();
  using work = stoppable("counting");
  await work.turn();
  requestStop();
  await assert.rejects(work.turn(), (error: Error) => {
    assert.ok(error instanceof StoppedError);
    assert.equal(error.message, "Stopped while counting.");
    return true;
  });
  using next = stoppable("counting again");
  await next.turn();
});

const grey = treat(smallData.train, "grey");

/** What a notebook's cells wait for, apart from training, each with a piece of work after the first. */
const longWork: Record<string, (model: ReturnType<typeof smallModel>) => Promise<unknown>> = {
  encodeAll: (model) => encodeAll(model, smallData.train, { treatment: "grey", batchSize: 10 }),
  decodeCodes: (model) =>
    decodeCodes(model, new Codes(new Float32Array(100), 2), { batchSize: 10 }),
  iwaeBound: (model) => iwaeBound(model, smallData.test, { treatment: "grey", k: 100 }),
  nearestImages: () => nearestImages(grey, grey, { blockSize: 10 }),
  pixelComponents: () => pixelComponents(smallData.train, { components: 2, treatment: "grey" }),
  drawSet: () => drawSet(digits, "test", 1_000, 1),
};

for (const [name, begin] of Object.entries(longWork)) {
  Deno.test(`${name}() ends at Stop, leaves no tensor behind, and can be called again`, async () => {
    await useBackend({ engine: "portable", threads: 1 });
    const model = smallModel();
    await begin(model);
    const tensors = tf.memory().numTensors;
    const work = begin(model);
    // After the work has begun: what awaits a timer runs when the first piece is done.
    const pressed = new Promise<void>((resolve) => setTimeout(() => resolve(requestStop()), 0));
    const early = await Promise.race([
      work.then(() => "done", (error) => error),
      new Promise((resolve) => setTimeout(() => resolve("late"), 5_000)),
    ]);
    await pressed; // work that was done sooner leaves no press to the next
    assert.ok(early === "done" || early instanceof StoppedError, `${early}`);
    assert.equal(tf.memory().numTensors, tensors);
    const stopped = begin(model);
    requestStop();
    await assert.rejects(stopped, StoppedError);
    assert.equal(tf.memory().numTensors, tensors);
    await begin(model);
    model.dispose();
  });
}

Deno.test("download() ends at Stop, while a mirror is silent", async () => {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () =>
    new Response(
      new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(10)) }),
    ));
  const wanted = { limit: 1_000, check: () => Promise.resolve("") };
  const patience = { timeoutSeconds: 60, attempts: 3, pauseSeconds: 60 };
  const mirror = `http://127.0.0.1:${server.addr.port}/`;
  let came = () => {};
  const first = new Promise<void>((resolve) => came = resolve);
  const downloading = download("x", wanted, [mirror, mirror], patience, () => came());
  await first;
  requestStop();
  await assert.rejects(downloading, StoppedError);
  await server.shutdown();
});
