/** Numbers that should be equal but for rounding. */
import assert from "node:assert/strict";

export interface Tolerance {
  absolute?: number;
  /** Times the size of the wanted number. */
  relative?: number;
}

/** @throws AssertionError naming the first number outside the tolerance, and its place */
export function assertNear(
  got: ArrayLike<number>,
  wanted: ArrayLike<number>,
  { absolute = 0, relative = 0 }: Tolerance,
  what = "value",
): void {
  assert.equal(got.length, wanted.length, `${what}: number of values`);
  for (let i = 0; i < wanted.length; i++) {
    const allowed = absolute + relative * Math.abs(wanted[i]);
    // Written so that NaN is outside.
    if (!(Math.abs(got[i] - wanted[i]) <= allowed)) {
      assert.fail(`${what}[${i}]: expected ${wanted[i]} ± ${allowed}, got ${got[i]}`);
    }
  }
}
