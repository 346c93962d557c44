import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const process = new Deno.Command(Deno.execPath(), {
  args: [
    "run",
    "-A",
    "--quiet",
    "--no-check",
    fileURLToPath(new URL("./full_heap.ts", import.meta.url)),
  ],
  stderr: "null",
});

Deno.test("guardHeap() says that the heap is full or broken, and keeps the weights", async () => {
  const { stdout, success } = await process.output();
  assert.ok(success);
  const happened = JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
  const full =
    /^Out of memory: [34],\d{3} MB held by \d+ tensors on the wasm heap of at most 4,096 MB; dispose/;
  assert.match(happened.full, full);
  assert.match(happened.kernel, full);
  assert.ok(happened.weightsWhenFull, "nothing was written over the weights");
  assert.equal(happened.roomAgain, "no error");
  assert.match(happened.abort, /Aborted/);
  assert.match(happened.afterAbort, /^The wasm heap is broken since .*abort.*restart the kernel$/i);
  assert.ok(happened.readable, "the weights can still be read");
});
