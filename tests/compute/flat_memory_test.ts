import assert from "node:assert/strict";
import { flatMemory, memoryOf } from "../../lib/compute/flat/flat_memory.ts";
import { largePage } from "../../lib/compute/flat/large_pages.ts";
import { addressOf } from "../../lib/compute/wasm_heap.ts";

Deno.test("memoryOf() is the memory that all arrays lie in, and null for any others", () => {
  const [one, two] = [flatMemory(100).memory, flatMemory(65_537).memory];
  assert.deepEqual([one, two].map(({ buffer }) => buffer.byteLength), [65_536, 131_072]);
  const [a, b] = [one, two].map(({ buffer }) => new Float32Array(buffer, 8, 4));
  assert.equal(memoryOf(a), one);
  assert.equal(memoryOf(b, new Float32Array(two.buffer, 64, 2)), two);
  assert.equal(memoryOf(a, b), null, "of two memories");
  assert.equal(memoryOf(new Float32Array(4)), null);
  assert.equal(memoryOf(a, new Float32Array(4)), null);
  assert.deepEqual([...a], [0, 0, 0, 0]);
});

Deno.test("flatMemory() holds so many zeros from its start on, large or small", () => {
  for (const bytes of [4, 100_000, largePage - 4, largePage, 3 * largePage + 12]) {
    const { memory, start } = flatMemory(bytes);
    const numbers = new Float32Array(memory.buffer, start, bytes / 4);
    assert.ok(numbers.every((number) => number === 0), `${bytes}`);
    assert.equal(memoryOf(numbers), memory);
  }
});

const linux = Deno.build.os === "linux";
Deno.test({
  name: `flatMemory() begins where a large page may${linux ? "" : " (skipped: Linux)"}`,
  ignore: !linux,
  fn() {
    // Of several, some would begin elsewhere.
    const places = Array.from({ length: 8 }, () => {
      const { memory, start } = flatMemory(largePage);
      return { memory, place: addressOf(memory.buffer) + BigInt(start) };
    });
    for (const { place } of places) assert.equal(place % BigInt(largePage), 0n);
  },
});
