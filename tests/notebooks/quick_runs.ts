/** Every notebook through the real kernel in quick mode, on its own, for several latent dimensions. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectRoot } from "../../lib/project.ts";
import { executeNotebook } from "../../lib/workbench/execute.ts";
import {
  listNotebooks,
  type Notebook,
  readNotebook,
  textOf,
  writeNotebook,
} from "../../lib/workbench/notebook.ts";
import { foreignRequests, writePage } from "../../lib/workbench/page.ts";
import { copyProject } from "../../lib/workbench/project_copy.ts";
import { describeFailure } from "../../lib/workbench/run.ts";
import { setUp } from "../../lib/workbench/setup.ts";
import { codeCells, faultsOf } from "./outputs.ts";

/** A notebook that hangs is ended; how long one takes is printed, and no test of a machine's speed. */
const patience = 900;
/** The notebook's own latentDim; and 1, changed to 10 and all run again in the same kernel. */
const runs: (readonly number[] | null)[] = [null, [1, 10]];

/** All cells, as often as there are latent dimensions, with the settings cell changed each time. */
function oneAfterAnother(notebook: Notebook, latentDims: readonly number[]): Notebook {
  const setting = /(notebookSettings\(\{ latentDim: )\d+/;
  const cells = latentDims.flatMap((latentDim) =>
    notebook.cells.map((cell) => ({
      ...cell,
      id: `${cell.id}-${latentDim}`,
      source: textOf(cell.source).replace(setting, `$1${latentDim}`),
    }))
  );
  const changed = cells.filter(({ source }) => setting.test(source));
  assert.equal(changed.length, latentDims.length, "one settings cell names latentDim");
  return { ...notebook, cells };
}

async function check(original: string, latentDims: readonly number[] | null) {
  await setUp();
  await using copy = await copyProject(projectRoot);
  const committed = await readNotebook(join(projectRoot, "notebooks", `${original}.ipynb`));
  const target = join(copy.folder, "executed.ipynb");
  const name = latentDims ? `${original}_again` : original;
  if (latentDims) {
    const path = join(copy.folder, "notebooks", `${name}.ipynb`);
    await writeNotebook(path, oneAfterAnother(committed, latentDims));
  }
  const execution = await executeNotebook({
    root: projectRoot,
    folder: copy.folder,
    name,
    target,
    variables: { QUICK: "1" },
    maxSeconds: patience,
  });
  assert.equal(execution.failure, null, describeFailure(execution));
  const executed = codeCells(await readNotebook(target));
  const before = latentDims === null ? codeCells(committed) : [];
  const faults = executed.flatMap((cell, i) =>
    faultsOf(cell, before[i]).map((fault) => `code cell ${i + 1}: ${fault}`)
  );
  assert.deepEqual(faults, []);
  if (latentDims === null) {
    const page = join(copy.folder, "executed.html");
    await writePage({ root: projectRoot, notebook: target, target: page });
    assert.deepEqual(foreignRequests(await Deno.readTextFile(page)), []);
  }
  console.log(`${name}: ${execution.cells} cells in ${execution.seconds.toFixed(1)} s`);
}

/**
 * Registers the tests of every `parts`-th notebook, from `part` on: each part is a file of its own, so
 * that two processes can share the notebooks.
 */
export async function testNotebooks(part: number, parts: number): Promise<void> {
  const names = await listNotebooks(projectRoot);
  for (const name of names.filter((_, i) => i % parts === part)) {
    for (const latentDims of runs) {
      const dimension = latentDims
        ? `latentDim ${latentDims.join(", then ")} in one kernel`
        : "its own latentDim";
      Deno.test(`${name} runs in quick mode with ${dimension}`, () => check(name, latentDims));
    }
  }
}
