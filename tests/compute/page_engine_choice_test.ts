import assert from "node:assert/strict";
import type { Adapter } from "../../lib/compute/webgpu.ts";
import type { EngineWish, PageEngine } from "../../lib/compute/page_engines.ts";
import { PageEngineChoice } from "../../lib/compute/page_engine_choice.ts";

const gpu = { device: "a GPU", software: false }, software = { device: "a CPU", software: true };
const fastest: EngineWish = { engine: "fastest", softwareToo: false };
const wish = (engine: EngineWish["engine"]): EngineWish => ({ ...fastest, engine });

/** As `findAdapter`, with the adapter given. */
const finding = ({ device, software }: Adapter) => (softwareToo: boolean) =>
  software && !softwareToo
    ? Promise.reject(new Error(`only a software adapter, ${device}`))
    : Promise.resolve({ device, software });

/** A trial that finds these images per second, and what was measured. */
function trial(rates: Record<PageEngine, number>) {
  const measured: PageEngine[] = [];
  return {
    measured,
    measure(engine: PageEngine) {
      measured.push(engine);
      return Promise.resolve(rates[engine]);
    },
  };
}

Deno.test("PageEngineChoice takes WebGPU where a trial finds it clearly faster, and remembers", async () => {
  const cases = [
    {
      webgpu: 12_001,
      engine: "webgpu",
      words: "WebGPU on a GPU (12,001 images/s in a trial, WebAssembly 10,000)",
    },
    {
      webgpu: 11_999,
      engine: "portable",
      words: "WebAssembly (10,000 images/s in a trial, WebGPU on a GPU 11,999)",
    },
  ];
  for (const { webgpu, engine, words } of cases) {
    const choice = new PageEngineChoice(finding(gpu));
    assert.equal(await choice.known(fastest, "dense-64"), null);
    const { measure, measured } = trial({ webgpu, portable: 10_000 });
    assert.deepEqual(await choice.tried(fastest, "dense-64", measure), { engine, words });
    assert.equal(measured.at(-1), "portable", "which is in use before and after");
    assert.deepEqual(await choice.known(fastest, "dense-64"), { engine, words });
    assert.equal(await choice.known(fastest, "conv-8"), null, "each network has its own trial");
  }
});

Deno.test("PageEngineChoice says why there is no trial, and tries software only where it is told to", async () => {
  const none = new PageEngineChoice(() => Promise.reject(new Error("this browser has no WebGPU")));
  assert.deepEqual(await none.known(fastest, "dense-64"), {
    engine: "portable",
    words: "WebAssembly (this browser has no WebGPU)",
  });
  const silent = new PageEngineChoice(() => new Promise(() => {}), 5);
  assert.deepEqual(await silent.known(fastest, "dense-64"), {
    engine: "portable",
    words: "WebAssembly (no word of a GPU for some seconds)",
  });
  const slow = new PageEngineChoice(finding(software));
  assert.deepEqual(await slow.known(fastest, "dense-64"), {
    engine: "portable",
    words: "WebAssembly (only a software adapter, a CPU)",
  });
  assert.equal(await slow.known({ ...fastest, softwareToo: true }, "dense-64"), null);
});

Deno.test("PageEngineChoice follows a reader's wish without a trial", async () => {
  const choice = new PageEngineChoice(finding(software));
  assert.deepEqual(await choice.known(wish("portable"), "dense-64"), {
    engine: "portable",
    words: "WebAssembly (chosen)",
  });
  assert.deepEqual(await choice.known(wish("webgpu"), "dense-64"), {
    engine: "webgpu",
    words: "WebGPU on a CPU (chosen; a processor that acts as a GPU, slower than WebAssembly)",
  });
  assert.deepEqual(await new PageEngineChoice(finding(gpu)).known(wish("webgpu"), "dense-64"), {
    engine: "webgpu",
    words: "WebGPU on a GPU (chosen)",
  });
});

Deno.test("PageEngineChoice does not take WebGPU again after it failed, in a trial or in training", async () => {
  const words = "WebAssembly (WebGPU failed: device lost)";
  const failing = new PageEngineChoice(finding(gpu));
  const chosen = await failing.tried(
    fastest,
    "dense-64",
    () => Promise.reject(new Error("device lost.")),
  );
  assert.deepEqual(chosen, { engine: "portable", words });
  const later = new PageEngineChoice(finding(gpu));
  assert.equal(later.fail(new Error("device lost")), words);
  for (const engine of ["fastest", "webgpu"] as const) {
    assert.deepEqual(await later.known(wish(engine), "dense-64"), { engine: "portable", words });
  }
});
