import assert from "node:assert/strict";
import { join } from "node:path";
import { notebookMetadata } from "../../lib/workbench/clean.ts";
import { projectRoot } from "../../lib/project.ts";
import { executeNotebook } from "../../lib/workbench/execute.ts";
import { type Cell, readNotebook, textOf, writeNotebook } from "../../lib/workbench/notebook.ts";
import { copyProject } from "../../lib/workbench/project_copy.ts";
import { setUp } from "../../lib/workbench/setup.ts";

const code = (source: string): Cell => ({
  cell_type: "code",
  source,
  metadata: {},
  execution_count: null,
  outputs: [],
});

/** The outputs of each cell, run in the real kernel. */
async function outputsOf(sources: string[]): Promise<NonNullable<Cell["outputs"]>[]> {
  await setUp();
  await using copy = await copyProject(projectRoot);
  const name = "99_outputs";
  const path = join(copy.folder, "notebooks", `${name}.ipynb`);
  await Deno.mkdir(join(copy.folder, "notebooks"), { recursive: true });
  const cells = sources.map(code);
  await writeNotebook(path, { cells, metadata: notebookMetadata, nbformat: 4, nbformat_minor: 4 });
  const target = join(copy.folder, "executed.ipynb");
  const { failure } = await executeNotebook({
    root: projectRoot,
    folder: copy.folder,
    name,
    target,
    maxSeconds: 90,
  });
  assert.equal(failure, null, JSON.stringify(failure));
  return (await readNotebook(target)).cells.map(({ outputs }) => outputs ?? []);
}

/** One representation of an output; a notebook file keeps text as lines. */
const text = (output: { data?: unknown }, type: string) =>
  textOf((output.data as Record<string, string | string[]>)[type]);

Deno.test("show() at a cell's end is never lost and never lands in another cell", async () => {
  const rounds = 25;
  const cells = Array.from(
    { length: rounds },
    (_, i) =>
      `await show(markdown("first ${i}"));\n` +
      `await show({ html: "<b>second ${i}</b>", text: "second ${i}" });`,
  );
  const [, ...outputs] = await outputsOf([
    'import { markdown, show } from "../lib/visuals/mod.ts";',
    ...cells,
  ]);
  outputs.forEach((cell, i) => {
    assert.deepEqual(cell.map((output) => text(output, "text/plain")), [
      `first ${i}`,
      `second ${i}`,
    ]);
  });
});

Deno.test("pictures, bars and slots arrive in the kernel with their texts, each as one output", async () => {
  const [, grid, figure, bar, slot] = await outputsOf([
    `import { Images } from "../lib/data/mod.ts";
import { curves, displaySlot, imageGrid, progressBar, show } from "../lib/visuals/mod.ts";`,
    `await show(imageGrid(new Images(new Float32Array(4 * 9), [3, 3, 1])), { alt: "four" });`,
    `const points = [{ x: 1, y: 2 }, { x: 2, y: 1 }];
await show(curves([{ label: "a", points }], { xLabel: "epoch", yLabel: "nats per image" }));`,
    `const bar = progressBar("training");
for (let done = 1; done <= 40; done++) {
  bar({ done, total: 40, loss: 200 - done });
  await new Promise((resolve) => setTimeout(resolve, 20));
}
await bar.finish("done");`,
    `const slot = displaySlot();
for (const text of ["one", "two", "three"]) await show({ html: text, text }, { slot });`,
  ]);
  assert.deepEqual([grid, figure, bar, slot].map((outputs) => outputs.length), [1, 1, 1, 1]);
  assert.equal(text(grid[0], "text/plain"), "four");
  assert.match(text(grid[0], "image/png"), /^iVBORw0KGgo/);
  assert.equal(text(figure[0], "text/plain"), "nats per image over epoch. a: 2 at 1, 1 at 2.");
  assert.match(
    text(bar[0], "text/plain"),
    /^training · 100 % · [\d.]+\/s · loss 160\.0 · [\d.]+ s · done$/,
  );
  assert.equal(text(slot[0], "text/html"), "three");
});
