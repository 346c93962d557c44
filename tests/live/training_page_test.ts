import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { inflateRawSync } from "node:zlib";
import { createImageSet } from "../../lib/data/image_set.ts";
import { trainingPage } from "../../lib/live/training_page.ts";
import { unpackDigits } from "../../lib/live/origin.ts";
import { OptionError } from "../../lib/options.ts";
import { foreignRequests } from "../../lib/workbench/page.ts";
import { repeat, smallData } from "../training/small_run.ts";

const data = { ...smallData, train: repeat(smallData.train, 2), test: repeat(smallData.test, 4) };
const counts = { trainCount: 150, testCount: 100 };

Deno.test("trainingPage() holds program, engine and digits, and asks nobody for anything", async () => {
  const { page, bytes, html } = await trainingPage(data, counts);
  assert.equal(bytes, new TextEncoder().encode(page).length);
  assert.ok(bytes < 1_200_000, `${bytes} bytes`);
  assert.deepEqual(foreignRequests(page), []);
  const textOf = (id: string) => page.match(new RegExp(`id="${id}">([^<]*)</script>`))![1];
  const inflated = (id: string) =>
    new Uint8Array(inflateRawSync(Buffer.from(textOf(id), "base64")));
  // The first bytes of every WebAssembly file.
  assert.deepEqual([...inflated("wasm").slice(0, 4)], [0, 97, 115, 109]);
  const digits = unpackDigits(JSON.parse(textOf("digits-contents")), inflated("digits"));
  assert.deepEqual(digits.train.pixels, data.train.pixels.subarray(0, 150 * 784));
  assert.deepEqual(digits.test.labels, data.test.labels!.subarray(0, 100));
  assert.equal(digits.source, "synthetic");
  assert.match(html, /^<iframe [^>]*srcdoc="&lt;!doctype html&gt;/);
});

Deno.test("trainingPage() refuses images that it cannot show", async () => {
  const coloured = createImageSet({
    name: "coloured",
    pixels: new Uint8Array(100 * 12),
    labels: new Uint8Array(100),
    shape: [2, 2, 3],
  });
  const small = { trainCount: 100, testCount: 100 };
  await assert.rejects(
    trainingPage({ ...data, train: coloured, test: coloured }, small),
    /OptionError: trainingPage: expected images of one channel, got 3/,
  );
  const unlabelled = { ...data.test, labels: null };
  await assert.rejects(
    trainingPage({ ...data, test: unlabelled }, counts),
    /expected labels, got none/,
  );
  await assert.rejects(trainingPage(data, { ...counts, trainCount: 1e6 }), OptionError);
});
