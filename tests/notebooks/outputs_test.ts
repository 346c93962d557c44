import assert from "node:assert/strict";
import type { Cell, Output } from "../../lib/workbench/notebook.ts";
import { faultsOf, promisedOutputs } from "./outputs.ts";

const cell = (source: string, ...outputs: Output[]): Cell => ({
  cell_type: "code",
  source,
  metadata: {},
  outputs,
});
const picture: Output = { output_type: "display_data", data: { "image/png": "aaaa" } };
const printed: Output = { output_type: "stream", name: "stdout", text: "1\n" };

Deno.test("promisedOutputs() counts calls at a cell's top level", () => {
  const source =
    "await show(a, { alt });\nfor (const b of c) {\n  await show(b, { alt });\n}\nawait show(table(rows));";
  assert.equal(promisedOutputs(source), 2);
  assert.equal(promisedOutputs("const slot = displaySlot();\nawait show(a, { alt, slot });"), 1);
  assert.equal(promisedOutputs("const show = 3;"), 0);
  assert.equal(
    promisedOutputs('await show("printed");\nawait show(note);\nawait show([one, two]);'),
    0,
  );
});

Deno.test("faultsOf() finds lost outputs, complaints and errors", () => {
  assert.deepEqual(faultsOf(cell("await show(a, { alt });", picture)), []);
  assert.deepEqual(faultsOf(cell("await show(a, { alt });", printed)), [
    "shows 0 outputs, expected at least 1",
  ]);
  assert.deepEqual(faultsOf(cell("console.log(1);")), ["prints nothing"]);
  assert.deepEqual(faultsOf(cell("await show(`a ${b}`);")), ["prints nothing"]);
  assert.deepEqual(faultsOf(cell("await show(note);", printed)), []);
  assert.deepEqual(
    faultsOf(cell("f();", { output_type: "stream", name: "stderr", text: "no\n" })),
    [
      "stderr: no",
    ],
  );
  assert.deepEqual(faultsOf(cell("f();", { output_type: "error", evalue: "bad" })), ["error: bad"]);
});

Deno.test("faultsOf() takes a page with its picture for the picture alone, and for the page alone", () => {
  const data = { "text/html": "<p>an explorer</p>", "image/png": "aaaa" };
  const both: Output = { output_type: "display_data", data };
  const page: Output = { output_type: "display_data", data: { "text/html": "<p>an explorer</p>" } };
  for (const kept of [picture, page]) {
    assert.deepEqual(faultsOf(cell("f();", both), cell("f();", kept)), []);
  }
  assert.deepEqual(faultsOf(cell("f();", page), cell("f();", picture)), [
    "has no picture, and the committed notebook has",
  ]);
});

Deno.test("faultsOf() compares with the cell in git by kind", () => {
  assert.deepEqual(faultsOf(cell("f();", picture), cell("f();", printed, picture)), [
    "has no text, and the committed notebook has",
  ]);
  assert.deepEqual(faultsOf(cell("f();", picture, printed), cell("f();", picture)), []);
  const bar: Output = {
    output_type: "display_data",
    data: { "text/html": ['<div role="progressbar">', "</div>"] },
  };
  assert.deepEqual(faultsOf(cell("f();"), cell("f();", bar)), [], "a bar comes only with a wait");
  assert.deepEqual(faultsOf(cell("await show(table(rows));", bar)), [
    "shows 0 outputs, expected at least 1",
  ]);
});
