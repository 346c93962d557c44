import assert from "node:assert/strict";
import { join } from "node:path";
import { projectRoot } from "../../lib/project.ts";
import { executeNotebook, type ExecuteOptions } from "../../lib/workbench/execute.ts";
import {
  type Cell,
  type Notebook,
  readNotebook,
  textOf,
  writeNotebook,
} from "../../lib/workbench/notebook.ts";
import { foreignRequests, writePages } from "../../lib/workbench/page.ts";
import { copyProject } from "../../lib/workbench/project_copy.ts";
import { describeFailure } from "../../lib/workbench/run.ts";
import { notebookMetadata } from "../../lib/workbench/clean.ts";
import { setUp } from "../../lib/workbench/setup.ts";

const code = (source: string): Cell => ({
  cell_type: "code",
  source,
  metadata: {},
  execution_count: null,
  outputs: [],
});
const prose = (source: string): Cell => ({ cell_type: "markdown", source, metadata: {} });

/** Executes cells as a notebook in a copy of the project. */
async function execute(cells: Cell[], options: Partial<ExecuteOptions> = {}) {
  await setUp();
  await using copy = await copyProject(projectRoot);
  const name = "99_fixture";
  const path = join(copy.folder, "notebooks", `${name}.ipynb`);
  await Deno.mkdir(join(copy.folder, "notebooks"), { recursive: true });
  await writeNotebook(path, { cells, metadata: notebookMetadata, nbformat: 4, nbformat_minor: 4 });
  const target = join(copy.folder, "executed.ipynb");
  const execution = await executeNotebook({
    root: projectRoot,
    folder: copy.folder,
    name,
    target,
    maxSeconds: 60,
    ...options,
  });
  return { execution, executed: await readNotebook(target) };
}

/** The page of an executed notebook. */
async function pageOf(executed: Notebook): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "vae_page_test_" });
  try {
    const notebook = join(folder, "executed.ipynb"), target = join(folder, "executed.html");
    await writeNotebook(notebook, executed);
    await writePages(projectRoot, [{ notebook, target }]);
    return await Deno.readTextFile(target);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("executeNotebook() runs cells in the project's Deno kernel, with the variables given", async () => {
  const seen: string[] = [];
  const { execution, executed } = await execute([
    prose("# Title"),
    code('import { nearest } from "../lib/nearest.ts";\nconst a = nearest("ab", ["abc"]);'),
    code(""),
    code('const a = 3;\nconsole.log(a, Deno.env.get("QUICK"), Deno.env.get("LATENT_DIM"));'),
  ], {
    variables: { QUICK: "1", LATENT_DIM: "10" },
    onCell: (cell, cells, line) => seen.push(`${cell}/${cells} ${line}`),
  });
  assert.equal(execution.failure, null);
  assert.equal(execution.cells, 2);
  assert.deepEqual(seen, ['1/2 import { nearest } from "../lib/nearest.ts";', "2/2 const a = 3;"]);
  assert.equal(textOf(executed.cells[3].outputs?.[0].text), "3 1 10\n");
});

Deno.test("executeNotebook() names the cell that throws, with source and error", async () => {
  const { execution, executed } = await execute([
    code("1;"),
    prose("between"),
    code(
      'function f() {\n  throw new RangeError("latentDim: expected an integer >= 1, got 0");\n}\nf();',
    ),
    code('console.log("never");'),
  ]);
  assert.equal(execution.failure?.cell, 2);
  const text = describeFailure(execution);
  assert.match(text, /^99_fixture\.ipynb failed in code cell 2:\n {4}function f\(\) \{\n/);
  assert.match(text, /RangeError: latentDim: expected an integer >= 1, got 0/);
  assert.deepEqual(executed.cells[3].outputs, []);
  assert.match(await pageOf(executed), /RangeError.*latentDim: expected an integer/);
});

Deno.test("executeNotebook() fails on a syntax error and on an import that leads nowhere", async () => {
  const syntax = await execute([code("1;"), code("const ok = 1;\nconst a: = 3;")]);
  assert.equal(syntax.execution.failure?.cell, 2);
  assert.match(syntax.execution.failure!.error, /Unexpected token `=`/);
  assert.match(syntax.execution.failure!.error, /at line 2, column 10 of this cell/);
  const [shown] = syntax.executed.cells[1].outputs!;
  assert.equal(shown.output_type, "error");
  const nowhere = await execute([code('import { q } from "../lib/nowhere.ts";\nq;')]);
  assert.equal(nowhere.execution.failure?.cell, 1);
  assert.match(nowhere.execution.failure!.error, /lib\/nowhere\.ts/);
});

Deno.test("executeNotebook() says when the kernel died", async () => {
  const { execution } = await execute([code("1;"), code("Deno.exit(3);")]);
  assert.equal(execution.failure?.cell, 2);
  assert.match(execution.failure!.error, /the kernel died/);
});

Deno.test("executeNotebook() ends a notebook that takes too long", async () => {
  const { execution } = await execute(
    [code("1;"), code("await new Promise((resolve) => setTimeout(resolve, 600000));")],
    { maxSeconds: 3 },
  );
  assert.equal(execution.failure?.cell, 2);
  assert.equal(execution.failure!.error, "took longer than 3 s");
});

Deno.test("writePages() keeps scripts and pictures, renders formulas, and asks no other host", async () => {
  const { executed } = await execute([
    prose(
      "# The bound $\\log p(x)$\n\n$$a_1 * b_1 * c$$\n\n[next](02_training.ipynb) [code](../lib/random.ts) `$5`",
    ),
    code(
      'await Deno.jupyter.display({ "text/html": "<script>if (1 < 2 && 3 > 2) n = `<b>`;</" + "script>" }, { raw: true });',
    ),
    code(
      'await Deno.jupyter.broadcast("display_data", { data: { "image/gif": "R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=" }, metadata: { "image/gif": { alt: "a <dot>", width: 64 } }, transient: {} });',
    ),
  ]);
  const html = await pageOf(executed);
  assert.deepEqual(foreignRequests(html), []);
  assert.ok(html.includes("<script>if (1 < 2 && 3 > 2) n = `<b>`;</script>"));
  assert.match(html, /<h1 id="The-bound-formula-0">The bound <math>/);
  assert.match(html, /<math display="block"/);
  assert.match(html, /<a href="02_training\.html">next<\/a> <span>code<\/span>/);
  assert.match(html, /<img alt="a &lt;dot&gt;" src="data:image\/gif;base64,R0l[^"]*" width="64"/);
  assert.match(html, /<code>\$5<\/code>/);
});

Deno.test("foreignRequests() finds what a page would fetch, and lets links be", () => {
  const [script, style] = foreignRequests(
    '<script src="https://example.org/a.js"></script><a href="https://example.org">a</a>' +
      '<img src="data:image/png;base64,aaaa"><style>@import url(//example.org/a.css);</style>',
  );
  assert.match(script, /a\.js/);
  assert.match(style, /a\.css/);
});
