import assert from "node:assert/strict";
import type { Worker } from "node:worker_threads";
import { instantiate } from "../../lib/compute/portable/module.ts";
import { Team } from "../../lib/compute/portable/team.ts";
import { startWasm } from "../../lib/compute/wasm_backend.ts";
import { WasmHeap } from "../../lib/compute/wasm_heap.ts";
import { projectRoot } from "../../lib/project.ts";
import { growHeap } from "./grow_heap.ts";
import { readyThread } from "./ready_thread.ts";

await startWasm({ shared: true });
const heap = new WasmHeap();
const helpers: Worker[] = [];
const startThread = (script: URL, data: unknown) => void helpers.push(readyThread(script, data));

const openTeam = () =>
  new Team(heap, instantiate(heap.memory, false), { threads: 3, startThread, partFrom: 1e-3 });

/** Writes rows of eight zeros. */
const zeroIn = (team: Team, at: number, count: number) =>
  team.share(count, team.sizeFor(count), ({ wasm }, from, to) => {
    for (let i = from; i < to; i++) wasm.zero({ to: at + 32 * i, bytes: 32 });
  });

Deno.test("Team share() leaves no row out and does none twice, also where there are fewer than threads", () => {
  const team = openTeam();
  for (const count of [0, 1, 2, 3, 7, 100]) {
    const parts: [number, number, number][] = [];
    team.share(count, team.sizeFor(1), ({ member }, from, to) => parts.push([from, to, member]));
    parts.sort((a, b) => a[2] - b[2]);
    assert.deepEqual(parts.map(([, , member]) => member), [0, 1, 2]);
    assert.equal(parts[0][0], 0);
    assert.equal(parts[2][1], count);
    for (let i = 1; i < 3; i++) assert.equal(parts[i][0], parts[i - 1][1]);
    const sizes = parts.map(([from, to]) => to - from);
    assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, `${sizes}`);
  }
  team.dispose();
});

Deno.test("Team share() works on where the heap has grown", () => {
  const team = openTeam(), count = 3000, bytes = 32 * count;
  for (let round = 0; round < 3; round++) {
    const at = heap.reserve(bytes);
    heap.floats().fill(1, at / 4, (at + bytes) / 4);
    zeroIn(team, at, count);
    const left = heap.floats().subarray(at / 4, (at + bytes) / 4).findIndex((value) => value !== 0);
    assert.equal(left, -1, `round ${round}: number ${left} was not written`);
    heap.free(at);
    growHeap(heap);
  }
  team.dispose();
});

Deno.test("Team sizeFor() is 1 for little work, on a heap of one thread, and until helpers are there", () => {
  const module = instantiate(heap.memory, false);
  const unready = new Team(heap, module, { threads: 2, startThread: () => {} });
  assert.equal(unready.sizeFor(1e9), 1, "a helper that never came");
  const ready = new Team(heap, module, { threads: 2, startThread });
  assert.equal(ready.sizeFor(1000), 1);
  const before = helpers.length;
  assert.equal(ready.sizeFor(1e9), 2);
  const four = new Team(heap, module, { threads: 4, startThread });
  assert.deepEqual([1e6, 2e6, 3e6, 1e9].map((count) => four.sizeFor(count)), [1, 2, 3, 4]);
  assert.equal(helpers.length, before + 4);
  const single = new Team(heap, module, { threads: 2, startThread: null });
  assert.equal(single.sizeFor(1e9), 1);
  for (const team of [unready, ready, four, single]) team.dispose();
});

Deno.test("Team share() says that a helper has failed, and later ones go well", () => {
  const team = openTeam();
  const beyond = heap.memory.buffer.byteLength + 2 ** 20;
  assert.throws(
    () =>
      team.share(3, team.sizeFor(1), ({ wasm, member }) => {
        if (member > 0) wasm.zero({ to: beyond, bytes: 4 });
      }),
    /helper thread of the portable engine has failed/,
  );
  const at = heap.reserve(96);
  heap.floats().fill(1, at / 4, at / 4 + 24);
  zeroIn(team, at, 3);
  assert.deepEqual([...heap.floats().subarray(at / 4, at / 4 + 24)], Array(24).fill(0));
  heap.free(at);
  team.dispose();
});

Deno.test("Team dispose() ends its threads", async () => {
  const before = helpers.length;
  const team = openTeam();
  team.sizeFor(1);
  const own = helpers.slice(before);
  assert.equal(own.length, 2);
  const ends = own.map((helper) => new Promise((resolve) => helper.once("exit", resolve)));
  team.dispose();
  assert.deepEqual(await Promise.all(ends), [0, 0]);
});

Deno.test("useBackend() with two threads shares a large product, with the bits of one", async () => {
  const program = `
    import * as tf from "@tensorflow/tfjs";
    import { useBackend } from "./lib/compute/backend.ts";
    import { WasmHeap } from "./lib/compute/wasm_heap.ts";
    await useBackend({ engine: "portable", threads: Number(Deno.args[0]) });
    const x = tf.tensor(Float32Array.from({ length: 1e6 }, (_, i) => Math.sin(i)), [1000, 1000]);
    const hashes = new Set();
    const start = performance.now();
    do {
      const y = tf.matMul(x, x).dataSync();
      hashes.add(new Uint8Array(await crypto.subtle.digest("SHA-256", y)).toHex());
      await new Promise((resolve) => setTimeout(resolve, 1));
    } while (performance.now() - start < 1000);
    const shared = new WasmHeap().memory.buffer instanceof SharedArrayBuffer;
    console.log([...hashes].join() + (shared ? " shared" : ""));`;
  const run = async (threads: number) => {
    const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", program, String(threads)],
      cwd: projectRoot,
      env: { NO_COLOR: "1" },
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trim();
  };
  const [two, one] = [await run(2), await run(1)];
  assert.match(one, /^[0-9a-f]{64}$/);
  assert.equal(two, `${one} shared`);
});
