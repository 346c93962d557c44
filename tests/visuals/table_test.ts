import assert from "node:assert/strict";
import { table, tableHtml, tableText } from "../../lib/visuals/text/table.ts";

const rows = [
  { model: "conv-vae", elbo: -157.024, parameters: 69989, knn: null },
  { model: "dense-vae", elbo: -9.5, parameters: 404244, knn: 0.75 },
];
const columns = [
  { key: "model" as const },
  { key: "elbo" as const, label: "test ELBO", digits: 1 },
  { key: "parameters" as const },
  { key: "knn" as const, format: (value: unknown) => value === null ? "?" : `${value}` },
];

Deno.test("tableText() aligns numbers at the right and writes decimals as asked", () => {
  assert.equal(
    tableText({ rows, columns, caption: "Runs" }),
    [
      "Runs",
      "model      test ELBO  parameters   knn",
      "─────────  ─────────  ──────────  ────",
      "conv-vae      −157.0      69,989     ?",
      "dense-vae       −9.5     404,244  0.75",
    ].join("\n"),
  );
});

Deno.test("tableHtml() has a header cell per column and a row per record", () => {
  const html = tableHtml({ rows, columns, caption: "Runs & more" });
  assert.deepEqual([...html.matchAll(/<th scope="col"[^>]*>([^<]*)/g)].map((m) => m[1]), [
    "model",
    "test ELBO",
    "parameters",
    "knn",
  ]);
  // deno-fmt-ignore
  assert.deepEqual([...html.matchAll(/<td[^>]*>([^<]*)/g)].map((m) => m[1]), [
    "conv-vae", "−157.0", "69,989", "?",
    "dense-vae", "−9.5", "404,244", "0.75",
  ]);
  assert.match(html, /<caption[^>]*>Runs &amp; more<\/caption>/);
});

Deno.test("tableHtml() takes all fields of the first record by default, none of no records", () => {
  assert.equal((tableHtml(table(rows)).match(/<th /g) ?? []).length, 4);
  assert.equal((tableHtml({ rows: [] }).match(/<th /g) ?? []).length, 0);
});

Deno.test("table() refuses misspelt options", () => {
  // deno-lint-ignore no-explicit-any
  const made = (options: any) => () => table(rows, options);
  assert.throws(made({ captoin: "x" }), {
    name: "OptionError",
    message: "table: captoin: no such option; did you mean `caption`?",
  });
  assert.throws(made({ columns: [{ key: "elbo", digit: 1 }] }), /did you mean `digits`/);
});

Deno.test("tableHtml() writes a text's signs, and no markup", () => {
  const html = tableHtml({ rows: [{ "<b>": "a < b & c" }], caption: "<i>" });
  for (const text of ["&lt;b&gt;", "a &lt; b &amp; c", "&lt;i&gt;"]) assert.ok(html.includes(text));
  assert.ok(!/<b>|<i>/.test(html));
});
