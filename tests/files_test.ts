import assert from "node:assert/strict";
import { exists, readIfThere, removeIfThere, writeAtomically } from "../lib/files.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("exists() tells what is there from what is not", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeFile(`${folder}/file`, bytes("abc"));
  assert.equal(await exists(folder), true);
  assert.equal(await exists(`${folder}/file`), true);
  assert.equal(await exists(`${folder}/none`), false);
  assert.equal(await exists(`${folder}/file/below`), false);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("removeIfThere() removes a folder with what is in it, and is content with nothing", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/full`);
  await Deno.writeFile(`${folder}/full/file`, bytes("abc"));
  await removeIfThere(`${folder}/full`);
  await removeIfThere(`${folder}/full`);
  assert.deepEqual([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("readIfThere() is null where nothing is", async () => {
  const folder = await Deno.makeTempDir();
  assert.equal(await readIfThere(`${folder}/none`), null);
  assert.equal(await readIfThere(`${folder}/none/at/all`), null);
  await Deno.writeFile(`${folder}/file`, bytes("abc"));
  assert.deepEqual(await readIfThere(`${folder}/file`), bytes("abc"));
  assert.equal(await readIfThere(`${folder}/file/below`), null);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("writeAtomically() shows readers the old or the new file, never half of one", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/made/on/demand`;
  const size = 2_000_000;
  await writeAtomically(path, new Uint8Array(size).fill(255));
  let writing = true;
  const writers = Promise.all([1, 2, 3, 4].map(async (value) => {
    for (let i = 0; i < 5; i++) await writeAtomically(path, new Uint8Array(size).fill(value));
  })).finally(() => writing = false);
  let reads = 0;
  while (writing) {
    const found = await Deno.readFile(path);
    assert.equal(found.length, size);
    assert.equal(found[0], found[size - 1]);
    reads++;
  }
  await writers;
  assert.ok(reads > 0);
  assert.deepEqual([...Deno.readDirSync(`${folder}/made/on`)].map(({ name }) => name), ["demand"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("writeAtomically() leaves nothing behind when it fails", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/taken/full`, { recursive: true });
  await assert.rejects(writeAtomically(`${folder}/taken`, bytes("abc")));
  assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["taken"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("writeAtomically() writes text as UTF-8", async () => {
  const folder = await Deno.makeTempDir();
  await writeAtomically(`${folder}/text`, "−ELBO");
  assert.deepEqual(await Deno.readFile(`${folder}/text`), bytes("−ELBO"));
  await Deno.remove(folder, { recursive: true });
});
