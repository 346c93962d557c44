import assert from "node:assert/strict";
import { gatherPixels } from "../../lib/data/batches.ts";
import { createImageSet } from "../../lib/data/image_set.ts";
import { treat } from "../../lib/data/treat.ts";

const bytes = Uint8Array.of(0, 127, 128, 255, 51, 102);
const set = createImageSet({
  name: "three",
  pixels: bytes,
  labels: Uint8Array.of(1, 2, 3),
  shape: [1, 2, 1],
});

Deno.test("treat() gives the first images by each treatment", () => {
  assert.deepEqual([...treat(set, "threshold").pixels], [0, 0, 1, 1, 0, 0]);
  const grey = treat(set, "grey", { count: 2 });
  assert.deepEqual([grey.count, grey.shape], [2, [1, 2, 1]]);
  assert.deepEqual([...grey.pixels], [0, 127, 128, 255].map((byte) => Math.fround(byte / 255)));
});

Deno.test("treat() throws the coins of its seed and epoch, those of gatherPixels()", () => {
  for (const draw of [{ seed: 0, epoch: 0 }, { seed: 3, epoch: 2 }]) {
    const coins = gatherPixels(set, Uint32Array.of(0, 1, 2), "dynamic", draw);
    assert.deepEqual(treat(set, "dynamic", draw).pixels, coins);
  }
  assert.deepEqual(treat(set, "dynamic"), treat(set, "dynamic", { seed: 0, epoch: 0 }));
});

Deno.test("treat() names what it cannot do", () => {
  // deno-lint-ignore no-explicit-any
  const wrong = (message: string | RegExp, treatment: any, options: any = {}) =>
    assert.throws(() => treat(set, treatment, options), { name: "OptionError", message });
  wrong("treat: count: expected an integer from 0 to 3 (three), got 4", "grey", { count: 4 });
  wrong(/treatment: expected "threshold" or "grey" or "dynamic", got "gray"/, "gray");
  wrong(/cuont: no such option; did you mean `count`/, "grey", { cuont: 1 });
});
