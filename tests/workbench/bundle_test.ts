import assert from "node:assert/strict";
import kept from "../../lib/visuals/explorer/page.min.js" with { type: "text" };

/** The bundler may be missing where packages were installed without a network: nothing else needs it. */
const reason = await import("esbuild-wasm").then(() => "", () => " (skipped: no esbuild-wasm)");

Deno.test({
  name: `bundlePage() gives the script that is kept in git, to the letter${reason}`,
  ignore: reason !== "",
  async fn() {
    const { bundlePage } = await import("../../lib/workbench/bundle.ts");
    const same = await bundlePage() === kept;
    assert.ok(same, "lib/visuals/explorer/page/ has changed: deno task bundle");
  },
});

Deno.test("page.min.js asks for nothing from outside and ends no script element", () => {
  assert.match(kept, /^\/\/ Generated[^\n]*\nvar explorer=/);
  assert.doesNotMatch(kept, /<\/script|<!--|\bimport\b|https?:/);
});
