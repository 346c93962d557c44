/** Every notebook through the real kernel in quick mode, on its own, for several latent dimensions. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectRoot } from "../../lib/workbench/environment.ts";
import { executeNotebook } from "../../lib/workbench/execute.ts";
import { listNotebooks, readNotebook } from "../../lib/workbench/notebook.ts";
import { foreignRequests, writePage } from "../../lib/workbench/page.ts";
import { copyProject } from "../../lib/workbench/project_copy.ts";
import { describeFailure } from "../../lib/workbench/run.ts";
import { setUp } from "../../lib/workbench/setup.ts";
import { codeCells, faultsOf } from "./outputs.ts";

/** A notebook that hangs is ended; how long one takes is printed, and no test of a machine's speed. */
const patience = 900;
/** null is the notebook's own. */
const latentDims = [null, 1, 10];

async function check(name: string, latentDim: number | null) {
  await setUp();
  await using copy = await copyProject(projectRoot);
  const committed = await readNotebook(join(projectRoot, "notebooks", `${name}.ipynb`));
  const target = join(copy.folder, "executed.ipynb");
  const execution = await executeNotebook({
    root: projectRoot,
    folder: copy.folder,
    name,
    target,
    variables: { QUICK: "1", ...(latentDim === null ? {} : { LATENT_DIM: String(latentDim) }) },
    maxSeconds: patience,
  });
  assert.equal(execution.failure, null, describeFailure(execution));
  const executed = codeCells(await readNotebook(target));
  const before = latentDim === null ? codeCells(committed) : [];
  const faults = executed.flatMap((cell, i) =>
    faultsOf(cell, before[i]).map((fault) => `code cell ${i + 1}: ${fault}`)
  );
  assert.deepEqual(faults, []);
  if (latentDim === null) {
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
    for (const latentDim of latentDims) {
      const dimension = latentDim === null ? "its own latentDim" : `latentDim ${latentDim}`;
      Deno.test(`${name} runs in quick mode with ${dimension}`, () => check(name, latentDim));
    }
  }
}
