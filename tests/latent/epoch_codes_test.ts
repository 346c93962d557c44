import assert from "node:assert/strict";
import { epochCodesPath, readEpochCodes, saveEpochCodes } from "../../lib/latent/epoch_codes.ts";

Deno.test("readEpochCodes() gives back what was saved, in the order of epochs", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assert.deepEqual(await readEpochCodes(folder), []);
    await saveEpochCodes(folder, 10, new Float32Array([0.1, -2.5]));
    await saveEpochCodes(folder, 2, new Float32Array([3, 4]));
    await Deno.writeTextFile(`${folder}/codes/note.txt`, "no codes");
    assert.deepEqual(await readEpochCodes(folder), [
      { epoch: 2, codes: new Float32Array([3, 4]) },
      { epoch: 10, codes: new Float32Array([0.1, -2.5]) },
    ]);
    assert.equal((await Deno.stat(epochCodesPath(folder, 2))).size, 8);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("saveEpochCodes() writes little-endian floats", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await saveEpochCodes(folder, 0, new Float32Array([1]));
    const bytes = await Deno.readFile(`${folder}/codes/codes_at_epoch_0000.bin`);
    assert.deepEqual([...bytes], [0, 0, 0x80, 0x3f]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
