import assert from "node:assert/strict";
import { onStop, requestStop, stoppedJustNow } from "../../lib/training/stop.ts";

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
