import assert from "node:assert/strict";
import { environment, isShared, processorName, sharedMemory } from "../lib/host.ts";

Deno.test("environment() reads a variable", () => {
  Deno.env.set("HOST_TEST", "here");
  assert.equal(environment("HOST_TEST"), "here");
  Deno.env.delete("HOST_TEST");
  assert.equal(environment("HOST_TEST"), undefined);
});

Deno.test("sharedMemory() gives zeros that threads share", () => {
  const memory = sharedMemory(16);
  assert.ok(memory instanceof SharedArrayBuffer);
  assert.deepEqual(new Uint8Array(memory), new Uint8Array(16));
  assert.equal(isShared(memory), true);
  assert.equal(isShared(new ArrayBuffer(16)), false);
});

Deno.test("processorName() is not empty", async () => {
  assert.ok((await processorName()).length > 0);
});
