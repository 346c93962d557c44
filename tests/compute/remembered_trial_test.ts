/** What trials between engines leave behind, with engines whose speeds are written down here. */
import assert from "node:assert/strict";
import { cpus } from "node:os";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import type { EngineName } from "../../lib/compute/engines.ts";
import { describeMachine, rememberedTrial } from "../../lib/compute/remembered_trial.ts";
import { timeEngine, timeSteps } from "../../lib/compute/trial.ts";
import { inFolder } from "../in_folder.ts";

const day = 24 * 3600 * 1000;
const names: EngineName[] = ["webgpu", "onednn"];
const machine = { onednn: "oneDNN 3.2.0 on A CPU", webgpu: "tfjs 4.22.0 on A GPU", cores: 8 };

/** Starts of one project, one after the other. Each says what it takes the engines' speeds to be. */
function starts(file: string) {
  let measured = 0;
  async function start(
    speeds: [webgpu: number, onednn: number],
    { now = 0, remember = true, on = machine as Record<string, string | number> } = {},
  ) {
    measured = 0;
    const { imagesPerSecond, remembered } = await rememberedTrial(names, 2, remember, {
      file,
      now,
      machine: () => Promise.resolve(on),
      measure(name) {
        measured++;
        return Promise.resolve(speeds[names.indexOf(name)]);
      },
    });
    assert.equal(measured === 0, remembered);
    return { speeds: names.map((name) => imagesPerSecond[name]), remembered };
  }
  return start;
}

const test = (
  name: string,
  body: (start: ReturnType<typeof starts>, file: string) => Promise<void>,
) =>
  Deno.test(`rememberedTrial() ${name}`, () =>
    inFolder((folder) => body(starts(`${folder}/data/engine.json`), `${folder}/data/engine.json`)));

test("is believed once a second trial says the same", async (start) => {
  assert.deepEqual(await start([900, 2000]), { speeds: [900, 2000], remembered: false });
  assert.deepEqual(await start([950, 1900]), { speeds: [950, 2000], remembered: false });
  assert.deepEqual(await start([1, 1]), { speeds: [950, 2000], remembered: true });
});

test("takes each engine's best round: a disturbance of one does not count", async (_, file) => {
  const rounds: Record<string, number[]> = { webgpu: [800, 900, 850], onednn: [300, 2000, 1900] };
  const { imagesPerSecond } = await rememberedTrial(names, 2, false, {
    file,
    machine: () => Promise.resolve(machine),
    measure: (name) => Promise.resolve(rounds[name].shift()!),
  });
  assert.deepEqual(imagesPerSecond, { webgpu: 900, onednn: 2000 });
});

test("of a busy machine is not kept: the next start tries again", async (start) => {
  // The processor's speed is 2000, of which another program leaves half.
  assert.deepEqual((await start([1500, 1000])).speeds, [1500, 1000]);
  assert.deepEqual((await start([1500, 2000])).speeds, [1500, 2000]);
  assert.equal(
    (await start([1500, 2000])).remembered,
    false,
    "two different answers are no answer",
  );
  assert.deepEqual(await start([1, 1]), { speeds: [1500, 2000], remembered: true });
});

test("of a quiet machine outlives busy ones", async (start) => {
  await start([1500, 2000]);
  for (let i = 0; i < 3; i++) {
    const busy = await start([1500, 1000]);
    assert.deepEqual(busy, { speeds: [1500, 2000], remembered: false });
  }
  await start([1500, 1950]);
  assert.equal((await start([1, 1])).remembered, true);
});

test("calls a tenth a tie, and two ties an answer", async (start) => {
  await start([2000, 1900]);
  await start([1900, 2000]);
  assert.equal((await start([1, 1])).remembered, true);
});

test("asks again after a month, and of a clock that was wrong", async (start) => {
  for (const today of [100, 120]) await start([900, 2000], { now: today * day });
  assert.equal((await start([1, 1], { now: 129 * day })).remembered, true);
  const later = await start([800, 700], { now: 131 * day });
  assert.deepEqual(later, { speeds: [800, 700], remembered: false });
  await start([800, 700], { now: 131 * day });
  assert.equal((await start([1, 1], { now: 131 * day })).remembered, true);
  assert.equal((await start([1, 1], { now: 20 * day })).remembered, false);
});

test("asks again where anything about the machine is another, and keeps both answers", async (start) => {
  for (let i = 0; i < 2; i++) await start([900, 2000]);
  for (const part of Object.keys(machine)) {
    const on = { ...machine, [part]: "another" };
    assert.equal((await start([3000, 2000], { on })).remembered, false, part);
  }
  assert.deepEqual(await start([1, 1]), { speeds: [900, 2000], remembered: true });
});

test("ignores a damaged file", async (start, file) => {
  const good = { imagesPerSecond: { webgpu: 900, onednn: 2000 }, confirmed: true, since: 0 };
  const damaged = [
    { ...good, imagesPerSecond: { webgpu: 900 } },
    { ...good, imagesPerSecond: { webgpu: -900, onednn: 2000 } },
    { ...good, imagesPerSecond: { webgpu: "900", onednn: 2000 } },
    { ...good, since: null },
    good.imagesPerSecond,
  ];
  const key = JSON.stringify(machine);
  await start([900, 2000]);
  await Deno.writeTextFile(file, JSON.stringify({ [key]: good }));
  assert.equal((await start([1, 1])).remembered, true);
  for (
    const text of [
      "",
      "not JSON",
      ...damaged.map((entry) => JSON.stringify({ [key]: entry })),
    ]
  ) {
    await Deno.writeTextFile(file, text);
    assert.deepEqual(await start([700, 600]), { speeds: [700, 600], remembered: false }, text);
  }
});

test("writes nothing where that is not wished", async (start, file) => {
  for (let i = 0; i < 3; i++) {
    assert.equal((await start([900, 2000], { remember: false })).remembered, false);
  }
  await assert.rejects(Deno.stat(file), Deno.errors.NotFound);
});

Deno.test("describeMachine() holds the processor, its threads, the batch and every version", async () => {
  const config = new URL("../../deno.json", import.meta.url);
  const { version } = JSON.parse(await Deno.readTextFile(config));
  assert.deepEqual(await describeMachine(["portable", "cpu"], 3, 32), {
    portable: `tfjs ${tf.version.tfjs} on ${cpus()[0].model.trim()}`,
    cpu: `tfjs ${tf.version.tfjs} on ${cpus()[0].model.trim()}`,
    system: `${Deno.build.os} ${Deno.build.arch}`,
    cores: cpus().length,
    threads: 3,
    batch: 32,
    deno: Deno.version.deno,
    tfjs: tf.version.tfjs,
    kernels: version,
  });
});

Deno.test("timeEngine() leaves no tensor, and counts a worker for each thread", async () => {
  await useBackend({ engine: "portable", threads: 1 });
  const before = tf.memory().numTensors;
  const speed = await timeSteps(20, 2);
  assert.ok(speed > 0 && Number.isFinite(speed), `${speed}`);
  // A thousand threads: more than any noise.
  assert.ok(await timeEngine("portable", 1000, 2) > 20 * speed);
  assert.equal(tf.memory().numTensors, before);
  assert.equal(tf.getBackend(), "wasm");
});
