import assert from "node:assert/strict";
import { flatMemory, memoryOf } from "../../lib/compute/flat/flat_memory.ts";

Deno.test("memoryOf() is the memory that all arrays lie in, and null for any others", () => {
  const [one, two] = [flatMemory(100), flatMemory(65_537)];
  assert.deepEqual([one, two].map(({ buffer }) => buffer.byteLength), [65_536, 131_072]);
  const [a, b] = [one, two].map(({ buffer }) => new Float32Array(buffer, 8, 4));
  assert.equal(memoryOf(a), one);
  assert.equal(memoryOf(b, new Float32Array(two.buffer, 64, 2)), two);
  assert.equal(memoryOf(a, b), null, "of two memories");
  assert.equal(memoryOf(new Float32Array(4)), null);
  assert.equal(memoryOf(a, new Float32Array(4)), null);
  assert.deepEqual([...a], [0, 0, 0, 0]);
});
