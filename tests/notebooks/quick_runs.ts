/** Every notebook through the real kernel in quick mode, on its own, as it is and as readers change it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectRoot } from "../../lib/project.ts";
import { executeNotebook } from "../../lib/workbench/execute.ts";
import { withSolutions } from "../../lib/workbench/exercises.ts";
import {
  type Cell,
  listNotebooks,
  type Notebook,
  readNotebook,
  textOf,
  writeNotebook,
} from "../../lib/workbench/notebook.ts";
import { foreignRequests } from "../../lib/workbench/page.ts";
import { copyProject } from "../../lib/workbench/project_copy.ts";
import { describeFailure } from "../../lib/workbench/run.ts";
import { setUp } from "../../lib/workbench/setup.ts";
import { codeCells, faultsOf } from "./outputs.ts";

/** A notebook that hangs is ended; how long one takes is printed, and no test of a machine's speed. */
const patience = 900;
/** What a reader may do to a notebook before it is run. */
interface Reading {
  name: string;
  cells: (notebook: Notebook) => Cell[];
  /** Whether its cells begin with the notebook's as they are in git, outputs and all. */
  asCommitted?: boolean;
}

/**
 * A notebook as it is, then the solutions of its exercises; and changed, all of it run again in one kernel after
 * each change. What cells show does not depend on threads: with one, two notebooks run side by side at twice the
 * speed. Notebook 02, whose subject is training, has its workers.
 */
const readings: Reading[] = [
  {
    name: "its own settings, then the solutions of its exercises",
    cells: thenSolutions,
    asCommitted: true,
  },
  {
    name: "latentDim 1, then 10 with a changed seed, beta, network or length, in one kernel",
    cells: (notebook) => [
      ...withLatentDim(notebook, 1),
      ...withOtherSettings({ ...notebook, cells: withLatentDim(notebook, 10) }),
    ],
  },
];

const isSolution = ({ id }: Cell) => id?.startsWith("exercise-") === true;

function thenSolutions(notebook: Notebook): Cell[] {
  // One wrong solution does not hide the others.
  return withSolutions(notebook).cells.map((cell) =>
    isSolution(cell) ? { ...cell, metadata: { tags: ["raises-exception"] } } : cell
  );
}

const latentDimSetting = /(notebookSettings\(\{ latentDim: )\d+/;

function withLatentDim({ cells }: Notebook, latentDim: number): Cell[] {
  const changed = cells.map((cell) => ({
    ...cell,
    id: `${cell.id}-${latentDim}`,
    source: textOf(cell.source).replace(latentDimSetting, `$1${latentDim}`),
  }));
  const settings = changed.filter(({ source }) => latentDimSetting.test(source));
  assert.equal(settings.length, 1, "one settings cell names latentDim");
  return changed;
}

/** Settings as they are written, and what a reader may put there. A notebook has three of them at least. */
const otherSettings: [RegExp, string][] = [
  [/\bseed = 1\b/, "seed = 7"],
  [/\[seed, second\] = \[1, 2\]/, "[seed, second] = [7, 8]"],
  [/\bseeds = \[1, 2, 3\]/, "seeds = [1, 7]"],
  [/\bbeta = 1\b/, "beta = 2"],
  [/\bfilters = \[32, 64\]/, "filters = [8, 12]"],
  [/\bnoise = 0\.5\b/, "noise = 0.3"],
  [/\bepochs = (?<quick>quick \? )?\d+/, "epochs = $<quick>3"],
  [/\bepochs: \d+/, "epochs: 3"],
  [/\btrainCount: [\d_]+/, "trainCount: 700"],
  [/\btrainCount = quick \? [\d_]+/, "trainCount = quick ? 700"],
  [/\bcount = quick \? \d+/, "count = quick ? 250"],
  [/\btested = quick \? \d+/, "tested = quick ? 250"],
];

function withOtherSettings({ cells }: Notebook): Cell[] {
  const at = cells.findIndex(({ cell_type, source }) =>
    cell_type === "code" && latentDimSetting.test(textOf(source))
  );
  let source = textOf(cells[at].source), changes = 0;
  for (const [written, other] of otherSettings) {
    if (!written.test(source)) continue;
    source = source.replace(written, other);
    changes++;
  }
  assert.ok(changes >= 3, `${changes} settings changed in:\n${source}`);
  return cells.with(at, { ...cells[at], source });
}

async function check(name: string, reading: Reading) {
  await setUp();
  await using copy = await copyProject(projectRoot);
  const committed = await readNotebook(join(projectRoot, "notebooks", `${name}.ipynb`));
  const target = join(copy.folder, "executed.ipynb");
  await writeNotebook(join(copy.folder, "notebooks", `${name}.ipynb`), {
    ...committed,
    cells: reading.cells(committed),
  });
  const execution = await executeNotebook({
    root: projectRoot,
    folder: copy.folder,
    name,
    target,
    variables: { QUICK: "1", ...name.startsWith("02") ? {} : { THREADS: "1" } },
    maxSeconds: patience,
  });
  assert.equal(execution.failure, null, describeFailure(execution));
  const executed = codeCells(await readNotebook(target));
  const before = reading.asCommitted ? codeCells(committed) : [];
  const faults = executed.flatMap((cell, i) =>
    faultsOf(cell, before[i]).map((fault) =>
      `${isSolution(cell) ? cell.id : `code cell ${i + 1}`}: ${fault}`
    )
  );
  assert.deepEqual(faults, []);
  // What is shown in git is looked at as a page, in a browser.
  const pages = executed.flatMap(({ outputs = [] }) =>
    outputs.map(({ data }) => data?.["text/html"])
  );
  assert.deepEqual(foreignRequests(pages.map((html) => textOf(html ?? "")).join("\n")), []);
  console.log(
    `${name}, ${reading.name}: ${execution.cells} cells in ${execution.seconds.toFixed(1)} s`,
  );
}

/**
 * Registers the tests of every `parts`-th notebook, from `part` on: each part is a file of its own, so
 * that two processes can share the notebooks.
 */
export async function testNotebooks(part: number, parts: number): Promise<void> {
  const names = await listNotebooks(projectRoot);
  for (const name of names.filter((_, i) => i % parts === part)) {
    for (const reading of readings) {
      Deno.test(`${name} runs in quick mode with ${reading.name}`, () => check(name, reading));
    }
  }
}
