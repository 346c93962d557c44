/** Every solution that is code, in the kernel, after the notebook's own cells in quick mode. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectRoot } from "../../lib/project.ts";
import { executeNotebook } from "../../lib/workbench/execute.ts";
import { solutionsOf, withSolutions } from "../../lib/workbench/exercises.ts";
import { listNotebooks, readNotebook, writeNotebook } from "../../lib/workbench/notebook.ts";
import { copyProject } from "../../lib/workbench/project_copy.ts";
import { describeFailure } from "../../lib/workbench/run.ts";
import { setUp } from "../../lib/workbench/setup.ts";
import { codeCells, faultsOf } from "./outputs.ts";

/** What is wrong with the solutions, each with the number of its exercise. */
async function faultsOfSolutions(original: string): Promise<string[]> {
  await setUp();
  await using copy = await copyProject(projectRoot);
  const notebook = withSolutions(await readNotebook(pathOf(original)));
  for (const { id, metadata } of notebook.cells) {
    // One wrong solution does not hide the others.
    if (id?.startsWith("exercise-")) metadata.tags = ["raises-exception"];
  }
  const name = `${original}_exercises`;
  await writeNotebook(join(copy.folder, "notebooks", `${name}.ipynb`), notebook);
  const target = join(copy.folder, "executed.ipynb");
  const variables = { QUICK: "1" };
  const execution = await executeNotebook({
    root: projectRoot,
    folder: copy.folder,
    name,
    target,
    variables,
    maxSeconds: 900,
  });
  assert.equal(execution.failure, null, describeFailure(execution));
  return codeCells(await readNotebook(target))
    .filter(({ id }) => id?.startsWith("exercise-"))
    .flatMap((cell) => faultsOf(cell).map((fault) => `${cell.id}: ${fault}`));
}

const pathOf = (name: string) => join(projectRoot, "notebooks", `${name}.ipynb`);

for (const name of await listNotebooks(projectRoot)) {
  const solutions = solutionsOf(await readNotebook(pathOf(name)));
  if (solutions.length === 0) continue;
  const numbers = solutions.map(({ exercise }) => exercise).join(", ");
  Deno.test(`${name}: the solutions of exercises ${numbers} run`, async () => {
    assert.deepEqual(await faultsOfSolutions(name), []);
  });
}
