import assert from "node:assert/strict";
import { readWasm, withSharedMemory } from "../../lib/compute/shared_wasm.ts";

Deno.test("withSharedMemory() makes tfjs's module one whose memory threads share", async () => {
  const module = await readWasm(), before = module.slice();
  const memoryOf = (bytes: Uint8Array<ArrayBuffer>) => {
    const compiled = new WebAssembly.Module(bytes);
    const imports: Record<string, Record<string, () => void>> = {};
    for (const { module, name } of WebAssembly.Module.imports(compiled)) {
      (imports[module] ??= {})[name] = () => {};
    }
    const { exports } = new WebAssembly.Instance(compiled, imports);
    return (exports.memory as WebAssembly.Memory).buffer;
  };
  assert.ok(memoryOf(withSharedMemory(module)) instanceof SharedArrayBuffer);
  assert.ok(memoryOf(module) instanceof ArrayBuffer);
  assert.deepEqual(module, before);
});

Deno.test("withSharedMemory() refuses a module without a memory of its own, or without its largest size", () => {
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  for (const sections of [[], [5, 3, 1, 0, 1], [3, 1, 0]]) {
    assert.throws(() => withSharedMemory(new Uint8Array([...header, ...sections])), /Cannot share/);
  }
});
