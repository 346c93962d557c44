import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { trainingKernels, useBackend } from "../../lib/compute/backend.ts";
import { chooseEngine } from "../../lib/compute/choose_engine.ts";
import { type Engine, type EngineName, engines as real } from "../../lib/compute/engines.ts";
import { isSoftwareAdapter } from "../../lib/compute/webgpu.ts";
import { OptionError } from "../../lib/options.ts";

/** Engines of a machine that does not exist, and a record of what was done to them. */
function machine(missing: Partial<Record<EngineName, string>>, software = false) {
  const log: string[] = [];
  const engine = (name: EngineName, device: string): Engine => ({
    kind: real[name].kind,
    threads: real[name].threads,
    find(byName) {
      const softwareGpu = software && name === "webgpu";
      const reason = missing[name] ?? (softwareGpu && !byName ? "only a software adapter" : null);
      return reason
        ? Promise.reject(new Error(reason))
        : Promise.resolve({ device, software: softwareGpu, library: "its kernels 1.0" });
    },
    start() {
      log.push(`start ${name}`);
      return Promise.resolve({
        title: name,
        kernels: null,
        stop: () => void log.push(`stop ${name}`),
      });
    },
  });
  const engines: Record<EngineName, Engine> = {
    webgpu: engine("webgpu", "A GPU"),
    onednn: engine("onednn", "A CPU"),
    portable: engine("portable", "A CPU"),
    cpu: engine("cpu", "A CPU"),
  };
  return { engines, log };
}

const speeds = (imagesPerSecond: Record<string, number>) => () =>
  Promise.resolve({ imagesPerSecond, remembered: false });
const noTrial = () => Promise.reject(new Error("no trial should run"));
const auto = { asked: "asked for", threads: 2, trial: noTrial };

Deno.test("chooseEngine() takes oneDNN where there is no GPU, without a trial", async () => {
  const { engines, log } = machine({ webgpu: "no GPU" });
  const choice = await chooseEngine(engines, auto);
  assert.equal(choice.name, "onednn");
  assert.equal(choice.reason, "fastest of onednn, portable, cpu");
  assert.deepEqual(log, ["start onednn"]);
});

Deno.test("chooseEngine() falls back to portable and says why oneDNN is missing", async () => {
  const { engines } = machine({ webgpu: "no GPU", onednn: "no libdnnl.so.3" });
  const choice = await chooseEngine(engines, auto);
  assert.equal(choice.name, "portable");
  assert.equal(choice.reason, "no onednn: no libdnnl.so.3");
});

Deno.test("chooseEngine() takes a GPU that wins its trial, and stops the CPU engine", async () => {
  const { engines, log } = machine({});
  const choice = await chooseEngine(engines, {
    ...auto,
    trial: speeds({ webgpu: 9000, onednn: 2000 }),
  });
  assert.equal(choice.name, "webgpu");
  assert.equal(choice.device, "A GPU");
  assert.match(choice.reason, /in a trial: webgpu 9000, onednn 2000 images\/s/);
  assert.deepEqual(log, ["start onednn", "start webgpu", "stop onednn"]);
});

Deno.test("chooseEngine() stays on the CPU where the GPU loses or fails its trial", async () => {
  const slow = machine({});
  const loser = await chooseEngine(slow.engines, {
    ...auto,
    trial: speeds({ webgpu: 900, onednn: 2000 }),
  });
  assert.equal(loser.name, "onednn");
  assert.match(loser.reason, /faster than the GPU .*webgpu 900/);
  assert.deepEqual(slow.log, ["start onednn"]);

  const trial = () => Promise.reject(new Error("device lost"));
  const broken = await chooseEngine(machine({}).engines, { ...auto, trial });
  assert.equal(broken.name, "onednn");
  assert.match(broken.reason, /A GPU failed its trial: device lost/);
});

Deno.test("chooseEngine() uses a software adapter only by name, and says so", async () => {
  const unasked = await chooseEngine(machine({}, true).engines, auto);
  assert.equal(unasked.name, "onednn");
  const asked = await chooseEngine(machine({}, true).engines, { ...auto, wish: "webgpu" });
  assert.equal(asked.name, "webgpu");
  assert.equal(asked.reason, "asked for; a software adapter, slower than the CPU engines");
});

Deno.test("chooseEngine() explains a wish it cannot grant, with what there is", async () => {
  const { engines, log } = machine({ onednn: "no libdnnl.so.3", webgpu: "no GPU" });
  await assert.rejects(
    chooseEngine(engines, { ...auto, wish: "onednn", asked: "COMPUTE=onednn" }),
    new Error(
      'Cannot use engine "onednn" (COMPUTE=onednn): no libdnnl.so.3. This machine has: ' +
        "no webgpu (no GPU); portable on A CPU; cpu on A CPU",
    ),
  );
  assert.deepEqual(log, []);
});

Deno.test("isSoftwareAdapter() knows the rasterizers by name", () => {
  for (
    const name of [
      "llvmpipe (LLVM 15.0.6, 256 bits)",
      "SwiftShader Device",
      "Microsoft Basic Render Driver",
    ]
  ) {
    assert.equal(isSoftwareAdapter(name), true, name);
  }
  for (const name of ["NVIDIA GeForce RTX 3060", "Apple M2", "Intel(R) UHD Graphics 620"]) {
    assert.equal(isSoftwareAdapter(name), false, name);
  }
});

/** Runs `test` with variables of the environment set, and puts them back. */
async function withEnvironment(values: Record<string, string>, test: () => Promise<void>) {
  const before = Object.keys(values).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(values)) Deno.env.set(name, value);
  try {
    await test();
  } finally {
    for (const [name, value] of before) {
      value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
    }
  }
}

Deno.test("useBackend() names what it knows, for an unknown engine or thread count", async () => {
  await assert.rejects(useBackend({ engine: "onedn" as EngineName }), {
    name: "OptionError",
    message: /engine: expected .*"portable".*got "onedn"; did you mean `onednn`\?/,
  });
  await assert.rejects(useBackend({ threads: 0 }), OptionError);
  await withEnvironment({ COMPUTE: "portble" }, async () => {
    await assert.rejects(
      useBackend(),
      new OptionError(
        'COMPUTE: expected webgpu, onednn, portable, cpu or nothing, got "portble"; did you mean `portable`?',
      ),
    );
  });
  await withEnvironment({ THREADS: "many" }, async () => {
    await assert.rejects(
      useBackend(),
      new OptionError('THREADS: expected an integer >= 1, got "many"'),
    );
  });
});

Deno.test("useBackend() obeys COMPUTE and THREADS, and its own options before them", async () => {
  await withEnvironment({ COMPUTE: "portable", THREADS: "3" }, async () => {
    const info = await useBackend();
    assert.equal(info.engine, "portable");
    assert.equal(info.threads, 3);
    assert.equal(info.reason, "COMPUTE=portable");
    assert.equal(info.line, `portable (wasm SIMD) on ${info.device}, 3 threads (COMPUTE=portable)`);
    assert.equal(tf.getBackend(), "wasm");
    assert.equal(trainingKernels()?.name, "portable");

    assert.equal((await useBackend({ engine: "cpu" })).engine, "cpu");
    assert.equal(trainingKernels(), null);
    assert.equal((await useBackend({ threads: 1 })).threads, 1);
  });
});

Deno.test("useBackend() leaves the engine in use where a wish cannot be granted", async () => {
  await useBackend({ engine: "portable", threads: 1 });
  await withEnvironment({ ONEDNN_LIBRARY: "nowhere/libdnnl.so" }, async () => {
    await assert.rejects(
      useBackend({ engine: "onednn" }),
      /Cannot use engine "onednn" \(asked for\): nowhere\/libdnnl\.so .*portable on /,
    );
  });
  assert.equal(trainingKernels()?.name, "portable");
  assert.equal(tf.getBackend(), "wasm");
});

Deno.test("useBackend() without a wish finds an engine with kernels of its own, or a GPU", async () => {
  await withEnvironment({ COMPUTE: "", THREADS: "" }, async () => {
    const info = await useBackend({ remember: false });
    assert.notEqual(info.engine, "cpu");
    assert.equal(trainingKernels() === null, info.engine === "webgpu");
    if (info.engine !== "webgpu") assert.equal(info.threads, navigator.hardwareConcurrency);
  });
});

Deno.test("useBackend() keeps tensors across CPU engines, and calls do not overlap", async () => {
  await useBackend({ engine: "portable", threads: 1 });
  const x = tf.tensor([1, 2, 3]);
  const [cpu, portable] = await Promise.all([
    useBackend({ engine: "cpu" }),
    useBackend({ engine: "portable", threads: 1 }),
  ]);
  assert.deepEqual([cpu.engine, portable.engine], ["cpu", "portable"]);
  assert.equal(trainingKernels()?.name, "portable");
  assert.deepEqual([...tf.tidy(() => x.mul(2)).dataSync()], [2, 4, 6]);
  x.dispose();
});

Deno.test("useBackend() keeps tfjs from printing", async () => {
  const said: unknown[][] = [];
  const { warn, log } = console;
  console.warn = console.log = (...words) => void said.push(words);
  try {
    for (const engine of ["portable", "cpu", "portable"] as const) {
      await useBackend({ engine, threads: 1 });
      tf.tidy(() => tf.tensor([1]).add(1).dataSync());
    }
  } finally {
    Object.assign(console, { warn, log });
  }
  assert.deepEqual(said, []);
});
