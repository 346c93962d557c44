import assert from "node:assert/strict";
import { join } from "node:path";
import type { Notebook } from "../../lib/workbench/notebook.ts";
import { declaredNames, extractCells, findTypeErrors } from "../../lib/workbench/notebook_cells.ts";
import { projectRoot } from "../../lib/project.ts";

const notebookOf = (...sources: string[]): Notebook => ({
  cells: sources.map((source) => ({ cell_type: "code", source, metadata: {}, outputs: [] })),
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
});

const errorsOf = (...sources: string[]) => errorsIn(notebookOf(...sources));

async function errorsIn(notebook: Notebook) {
  const folder = await Deno.makeTempDir({ prefix: "vae_cells_" });
  try {
    const path = join(folder, "99_cells.ipynb");
    await Deno.writeTextFile(path, JSON.stringify(notebook));
    return await findTypeErrors(projectRoot, [path]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("declaredNames() finds what stands at a cell's top level", () => {
  const source = [
    "const a = 1;",
    "let { b, c: d, ...rest } = f();",
    "const [e, f = 2] = g();",
    "  const inside = 1;",
    "async function h() {}",
    "interface Shape {}",
    "type Size = number;",
    "class Point {}",
    "constant(3);",
  ].join("\n");
  assert.deepEqual(declaredNames(source), "a b d rest e f h Shape Size Point".split(" "));
});

Deno.test("extractCells() puts imports first, once each, and opens a block where a name comes again", () => {
  const { source, origins } = extractCells(notebookOf(
    'import { a, b } from "./x.ts";\nconst n = 1;',
    'import {\n  b,\n  c,\n} from "./x.ts";\nconst n = "text";\nn.length',
  ));
  assert.deepEqual(source.split("\n"), [
    'import { a, b } from "./x.ts";',
    'import { c } from "./x.ts";',
    "const n = 1;",
    "{",
    'const n = "text";',
    "n.length",
    "}",
    "export {};",
    "",
  ]);
  assert.deepEqual(origins.map((origin) => origin && [origin.cell, origin.line]), [
    [1, 1],
    [2, 1],
    [1, 2],
    null,
    [2, 5],
    [2, 6],
    null,
    null,
  ]);
});

Deno.test("findTypeErrors() accepts what the kernel accepts", async () => {
  assert.deepEqual(
    await errorsOf(
      'import { nearest } from "../lib/nearest.ts";\nconst a = 1;\nlet b = await Promise.resolve(2);',
      'import { nearest } from "../lib/nearest.ts";\nconst a = nearest("x", ["y"]);\nb = 3;\na?.length',
    ),
    [],
  );
});

Deno.test("findTypeErrors() names notebook, cell and line", async () => {
  const [first, second, ...others] = await errorsOf(
    'const a = 1;\nconst wrong: number = "x";',
    "a.length;",
  );
  assert.deepEqual(others, []);
  assert.deepEqual([first.notebook, first.cell, first.line], ["99_cells.ipynb", 1, 2]);
  assert.match(first.message, /Type 'string' is not assignable to type 'number'/);
  assert.deepEqual([second.cell, second.line], [2, 1]);
});

Deno.test("findTypeErrors() checks the exercises' solutions, as cells after the last", async () => {
  const cells = [
    ...notebookOf("const a = 1;").cells,
    {
      cell_type: "markdown" as const,
      source:
        "## Exercises\n\n1. What is a?\n\n<details>\n\n```ts\nconst b = a;\nb.nope;\n```\n\n</details>",
      metadata: {},
    },
  ];
  const [error, ...others] = await errorsIn({ ...notebookOf(), cells });
  assert.deepEqual([error.cell, error.line, others.length], [2, 3, 0]);
  assert.match(error.message, /Property 'nope' does not exist on type '1'/);
});

Deno.test("findTypeErrors() finds syntax errors and imports that lead nowhere", async () => {
  const [syntax] = await errorsOf("1;", "\nconst a: = 3;");
  assert.deepEqual([syntax.cell, syntax.line], [2, 2]);
  const [file] = await errorsOf('import { q } from "./nowhere.ts";\nq;');
  assert.match(file.message, /nowhere\.ts/);
  const [name] = await errorsOf("2;", 'import { nope } from "../lib/options.ts";\nnope;');
  assert.deepEqual([name.cell, name.line], [2, 1]);
});
