import assert from "node:assert/strict";
import { cleanNotebook, notebookMetadata } from "../../lib/workbench/clean.ts";

Deno.test("cleanNotebook() nulls counts, keeps whitelisted metadata, sources and outputs", () => {
  const cleaned = cleanNotebook({
    nbformat: 4,
    nbformat_minor: 4,
    metadata: { title: "Training", widgets: {}, kernelspec: { name: "another" } },
    cells: [
      { cell_type: "markdown", source: "# One", metadata: { tags: ["a"], scrolled: true } },
      {
        cell_type: "code",
        source: "1 + 1",
        metadata: { execution: { started: "now" }, collapsed: true },
        execution_count: 7,
        outputs: [
          { output_type: "execute_result", data: { "text/plain": "2" }, execution_count: 7 },
          { output_type: "stream", name: "stdout", text: "hello" },
        ],
      },
    ],
  });
  assert.deepEqual(cleaned, {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { ...notebookMetadata, title: "Training" },
    cells: [
      { cell_type: "markdown", source: "# One", metadata: { tags: ["a"] } },
      {
        cell_type: "code",
        source: "1 + 1",
        metadata: { collapsed: true },
        execution_count: null,
        outputs: [
          { output_type: "execute_result", data: { "text/plain": "2" }, execution_count: null },
          { output_type: "stream", name: "stdout", text: "hello" },
        ],
      },
    ],
  });
});

Deno.test("cleanNotebook() leaves out a whole page in a frame, and no other output", () => {
  const html = (
    text: string,
  ) => ({ output_type: "display_data", data: { "text/html": text } } as const);
  const outputs = [html('<iframe title="a" srcdoc="&lt;p>"></iframe>'), html("<p>an iframe</p>")];
  const cell = { cell_type: "code", source: "show()", metadata: {}, outputs } as const;
  const cleaned = cleanNotebook({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [{ ...cell, outputs: [...outputs] }],
  });
  assert.deepEqual(cleaned.cells[0].outputs, [outputs[1]]);
});

Deno.test("cleanNotebook() keeps one form of a page that comes with its picture: the picture of a large one", () => {
  const shown = (html: string) => ({
    output_type: "display_data" as const,
    data: { "text/html": html, "image/png": "aaaa", "text/plain": "an explorer" },
    metadata: { "image/png": { alt: "an explorer" } },
  });
  const [small, large] = [shown("<p>small</p>"), shown("x".repeat(600_001))];
  const cell = { cell_type: "code", source: "show()", metadata: {} } as const;
  const { cells } = cleanNotebook({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [{ ...cell, outputs: [small, large] }],
  });
  assert.deepEqual(cells[0].outputs?.map(({ data }) => Object.keys(data!).sort()), [
    ["text/html", "text/plain"],
    ["image/png", "text/plain"],
  ]);
});
