import assert from "node:assert/strict";
import { Codes } from "../../lib/data/codes.ts";
import { DamagedError } from "../../lib/checksums.ts";
import { epochCodesPath, readEpochCodes, saveEpochCodes } from "../../lib/film/epoch_codes.ts";

const about = { latentDim: 1, set: { labels: Uint8Array.of(7, 8, 9), classNames: null } };

Deno.test("readEpochCodes() gives back what was saved, in the order of epochs", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assert.deepEqual(await readEpochCodes(folder, about), []);
    await saveEpochCodes(folder, 10, new Codes([0.1, -2.5], 1));
    await saveEpochCodes(folder, 2, new Codes([3, 4], 1));
    await Deno.writeTextFile(`${folder}/codes/note.txt`, "no codes");
    assert.deepEqual(await readEpochCodes(folder, about), [
      { epoch: 2, codes: new Codes([3, 4], 1, { labels: [7, 8] }) },
      { epoch: 10, codes: new Codes([0.1, -2.5], 1, { labels: [7, 8] }) },
    ]);
    assert.equal((await Deno.stat(epochCodesPath(folder, 2))).size, 12);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("saveEpochCodes() writes little-endian floats", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await saveEpochCodes(folder, 0, new Codes([1], 1));
    const bytes = await Deno.readFile(`${folder}/codes/codes_at_epoch_0000.bin`);
    assert.deepEqual([...bytes.subarray(0, 4)], [0, 0, 0x80, 0x3f]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readEpochCodes() refuses a file that is not what was written, by its name", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await saveEpochCodes(folder, 0, new Codes([1, 2, 3], 1));
    const path = epochCodesPath(folder, 0), bytes = await Deno.readFile(path);
    const flipped = bytes.map((byte, i) => i === 5 ? byte ^ 4 : byte);
    for (
      const damaged of [flipped, bytes.subarray(0, 12), bytes.subarray(0, 4), new Uint8Array()]
    ) {
      await Deno.writeFile(path, damaged);
      await assert.rejects(readEpochCodes(folder, about), (error: Error) => {
        assert.ok(error instanceof DamagedError);
        return /codes_at_epoch_0000\.bin" is damaged/.test(error.message);
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
