import assert from "node:assert/strict";
import { linearSteps, range } from "../lib/steps.ts";

Deno.test("range() counts from the first to before the last", () => {
  assert.deepEqual([...range(2, 5)], [2, 3, 4]);
  assert.deepEqual([...range(3, 3)], []);
});

Deno.test("linearSteps() keeps both ends exact, takes the middle as one step, and refuses none", () => {
  assert.deepEqual(linearSteps(5, -2, 2), [-2, -1, 0, 1, 2]);
  assert.equal(linearSteps(7, 0.05, 0.95)[6], 0.95);
  assert.deepEqual(linearSteps(1, -1, 3), [1]);
  assert.throws(() => linearSteps(0, 0, 1), {
    message: "linearSteps: n: expected an integer >= 1, got 0",
  });
});
