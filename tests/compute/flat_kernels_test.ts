import assert from "node:assert/strict";
import { adamStep } from "../../lib/compute/flat/adam.ts";
import { flatKernels } from "../../lib/compute/flat/flat_kernels.ts";
import { flatMemory } from "../../lib/compute/flat/flat_memory.ts";
import { rmspropStep } from "../../lib/compute/flat/rmsprop.ts";
import { assertClose, values } from "./kernel_cases.ts";

/** Arrays of zeros, each in memory of its own, shared as data-parallel workers have it. */
const apart = (count: number, size: number) =>
  Array.from({ length: count }, () => new Float32Array(new SharedArrayBuffer(size * 4)));

/** The same, one after the other in memory that WebAssembly reaches, as a run lays them out. */
function flat(count: number, size: number): Float32Array[] {
  const { memory: { buffer }, start } = flatMemory(4 * count * size);
  const at = (i: number) => start + 4 * i * size;
  return Array.from({ length: count }, (_, i) => new Float32Array(buffer, at(i), size));
}

for (const arrays of [apart, flat]) {
  const where = arrays === flat ? "flat memory" : "arrays of their own";

  Deno.test(`accumulate() adds to the bit, in slices too, and sees what is not finite: ${where}`, () => {
    const size = 1003;
    const [total, second, third, spare] = arrays(4, size), others = [second, third];
    [total, ...others].forEach((array, i) => array.set(values([size], `array ${i}`)));
    const want = total.map((x, i) => Math.fround(Math.fround(x + second[i]) + third[i]));
    for (const [from, to] of [[0, 400], [400, 400], [400, 1000], [1000, size]]) {
      assert.equal(flatKernels.accumulate(total, others, from, to), true);
    }
    assert.deepEqual([...total], [...want]);
    assert.equal(flatKernels.accumulate(total, [], 0, size), true);
    assert.deepEqual([...total], [...want], "nothing to add");
    const finite = (change: (array: Float32Array) => void, from = 0) => {
      spare.set(want);
      change(spare);
      return flatKernels.accumulate(spare, [], from, size);
    };
    for (const bad of [NaN, Infinity, -Infinity]) {
      for (const place of [0, 1, 63, 64, 500, 959, 960, size - 1]) {
        assert.equal(finite((array) => array[place] = bad), false, `${bad} at ${place}`);
        total.set(want);
        assert.equal(
          flatKernels.accumulate(total, [spare, second], 0, size),
          false,
          `${bad} added`,
        );
      }
    }
    // Elsewhere it is somebody else's.
    assert.equal(finite((array) => array[5] = NaN, 6), true);
    // Two infinities of one column, and numbers as large as gradients never are.
    assert.equal(finite((array) => [array[1], array[65]] = [Infinity, -Infinity]), false);
    assert.equal(finite((array) => array.fill(1e30)), true);
  });

  Deno.test(`adamStep() equals the plain loop, in slices too: ${where}`, () => {
    // The loop itself is held to Keras's path; tfjs's own Adam adds epsilon elsewhere.
    const size = 1003, steps = 5;
    const [w, g, m, v] = arrays(4, size);
    w.set(values([size], "w"));
    const want = w.slice(), [wantM, wantV] = [new Float32Array(size), new Float32Array(size)];
    for (let i = 0; i < steps; i++) {
      // Where a gradient is tiny, epsilon decides; where it is zero, nothing may move.
      g.set(values([size], `gradient ${i}`).fill(0, 0, 3).fill(1e-8, 3, 6));
      const options = {
        learningRate: 1e-3,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-7,
        step: i + 1,
      };
      adamStep(want, g, wantM, wantV, options, 0, size);
      for (const [from, to] of [[0, 400], [400, 400], [400, size]]) {
        flatKernels.adamStep(w, g, m, v, options, from, to);
      }
    }
    // Five steps of at most 1e-3 each, float32 weights of size 1.
    assertClose(w, want, 5e-7, "weights");
    assertClose(m, wantM, 1e-6, "first moments");
    assertClose(v, wantV, 1e-6, "second moments");
    assert.deepEqual(
      [...w.slice(0, 3)],
      [...values([size], "w").slice(0, 3)],
      "no gradient, no step",
    );
  });

  Deno.test(`rmspropStep() equals the plain loop, in slices too: ${where}`, () => {
    const size = 1003, steps = 5;
    const [w, g, v] = arrays(3, size);
    w.set(values([size], "w"));
    const want = w.slice(), wantV = new Float32Array(size);
    const options = { learningRate: 1e-3, rho: 0.9, epsilon: 1e-7 };
    for (let i = 0; i < steps; i++) {
      // Where a gradient is tiny, epsilon decides; where it is zero, nothing may move.
      g.set(values([size], `gradient ${i}`).fill(0, 0, 3).fill(1e-5, 3, 6));
      rmspropStep(want, g, wantV, options, 0, size);
      for (const [from, to] of [[0, 400], [400, 400], [400, size]]) {
        flatKernels.rmspropStep(w, g, v, options, from, to);
      }
    }
    // Five steps of at most 4e-3 each, float32 weights of size 1.
    assertClose(w, want, 1e-6, "weights");
    assertClose(v, wantV, 1e-6, "running mean");
    assert.deepEqual([...w.slice(0, 3)], [...values([size], "w").slice(0, 3)]);
  });
}
