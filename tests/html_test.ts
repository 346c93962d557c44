import assert from "node:assert/strict";
import { escapeHtml } from "../lib/html.ts";

Deno.test("escapeHtml() leaves no markup", () => {
  assert.equal(escapeHtml(`<a href="x">&</a>`), "&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;");
});
