import assert from "node:assert/strict";
import { richDataset } from "../lib/data/dataset.ts";
import { preset } from "../lib/models/presets.ts";
import { markdownTable, plainMarkdown, withMarkdown } from "../lib/rich.ts";
import { smallData } from "./training/small_run.ts";

/** What Deno's kernel would show. */
function shown(value: object): string {
  const bundle = (value as Record<symbol, () => Record<string, string>>)[
    Symbol.for("Jupyter.display")
  ]();
  assert.equal(bundle["text/plain"], bundle["text/markdown"]);
  return bundle["text/markdown"];
}

Deno.test("markdownTable() aligns numbers right and keeps bars out of the columns", () => {
  assert.equal(
    markdownTable([{ name: "a|b", count: 69989 }, { name: "c", count: 1 }]),
    "| name | count |\n| :--- | ---: |\n| a\\|b | 69,989 |\n| c | 1 |",
  );
});

Deno.test("plainMarkdown() shows a text and obeys nothing in it", () => {
  assert.equal(
    plainMarkdown('<img src=x onerror="alert(1)"> [a](javascript:b) *c* `d` |\n# e & f'),
    '&lt;img src=x onerror="alert(1)"> \\[a\\](javascript:b) \\*c\\* \\`d\\` \\| # e &amp; f',
  );
  const hostile = { ...smallData, note: "<script>1</script>" };
  const train = { ...smallData.train, name: "<b>|" };
  const markdown = shown(richDataset({ ...hostile, train }));
  assert.doesNotMatch(markdown, /<(script|b)>/);
  assert.match(markdown, /^&lt;script>.*\n\n(.*\n)+\| &lt;b>\\\| \|/);
});

Deno.test("withMarkdown() adds no field that equality, JSON or a spread could see", () => {
  const value = withMarkdown({ a: 1 }, () => "one");
  assert.deepEqual(value, { a: 1 });
  assert.deepEqual(Object.keys({ ...value }), ["a"]);
  assert.equal(shown(value), "one");
});

Deno.test("a model and its parts show layers, shapes and parameters", () => {
  const model = preset("conv-vae").build();
  const encoder = shown(model.encoder);
  assert.match(encoder, /^\*\*encoder\*\*, 28,036 parameters/);
  assert.match(encoder, /\| conv_2 \| Conv2D \| 6 × 6 × 64 \| relu \| 18,496 \|/);
  assert.equal(shown(model), `${encoder}\n\n${shown(model.decoder)}`);
  model.dispose();
});

Deno.test("a dataset shows counts, shapes and classes", () => {
  const text = shown(richDataset({ ...smallData }));
  assert.match(text, /^squares\n\n\| set \| images \|/);
  assert.match(text, /\| train \| 100 \| 28 × 28 × 1 \| 0: \d+, 1: \d+/);
});
