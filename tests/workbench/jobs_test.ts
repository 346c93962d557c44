import assert from "node:assert/strict";
import { atOnce, type Job, nothing, runJobs, since } from "../../lib/workbench/jobs.ts";

Deno.test("runJobs() begins jobs in their order, `atOnce` at a time, and counts over all", async () => {
  const begun: string[] = [];
  let running = 0, most = 0;
  const job = (name: string, tally = nothing()): Job => ({
    name,
    async run() {
      begun.push(name);
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return tally;
    },
  });
  const total = await runJobs([
    job("a", { passed: 2, skipped: 1, failed: ["one"] }),
    job("b", { passed: 3, skipped: 0, failed: [] }),
    job("c", { passed: 0, skipped: 1, failed: ["two", "three"] }),
    job("d"),
  ]);
  assert.deepEqual(begun, ["a", "b", "c", "d"]);
  assert.equal(most, atOnce);
  const { failed, ...counts } = total;
  assert.deepEqual(counts, { passed: 5, skipped: 2 });
  assert.deepEqual(failed.toSorted(), ["one", "three", "two"]);
});

Deno.test("since() tells seconds, and minutes from the first on", () => {
  assert.match(since(performance.now() - 3_210), /^3\.[2-9] s$/);
  assert.match(since(performance.now() - 65_400), /^1 min 0[56] s$/);
});
