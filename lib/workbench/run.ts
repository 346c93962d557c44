/** `deno task run [--quick] [notebook…]`: executes notebooks headless and writes them as pages too. */
import { join, relative } from "node:path";
import { projectRoot } from "../project.ts";
import { type Arguments, runTask, type Task } from "./arguments.ts";
import { WorkbenchError } from "./environment.ts";
import { cleanNotebook } from "./clean.ts";
import { executeNotebook, type Execution } from "./execute.ts";
import { chooseNotebooks, listNotebooks, readNotebook, writeNotebook } from "./notebook.ts";
import { writePages } from "./page.ts";
import { copyProject } from "./project_copy.ts";
import { setUp } from "./setup.ts";

const task: Task = {
  name: "run",
  does:
    "Executes notebooks in a copy of the project, into data/executed/, and writes each as a page.",
  options: {
    quick: { does: "less data and fewer epochs" },
    keep: { does: "stores the outputs in notebooks/, too" },
  },
  names: "[notebook…]",
};

/** After how many seconds a cell is named while it still runs. */
const longCell = 10;

/** A failure as its reader needs it: notebook, cell, the cell's first lines, the error. */
export function describeFailure({ name, failure }: Execution): string {
  if (!failure) return "";
  const lines = failure.source.trim().split("\n");
  const head = lines.slice(0, 4).concat(lines.length > 4 ? ["…"] : []);
  return [
    `${name}.ipynb failed in code cell ${failure.cell}:`,
    ...head.map((line) => `    ${line}`),
    ...failure.error.split("\n").map((line) => `  ${line}`),
  ].join("\n");
}

/** Names a cell that runs long: after `longCell` seconds, then each minute. */
function watchCells(name: string) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = (line: string, wait: number, seconds: number) => {
    timer = setTimeout(() => {
      console.log(`${line} (${seconds} s)`);
      tell(line, 60, seconds + 60);
    }, wait * 1000);
  };
  return {
    start(cell: number, cells: number, firstLine: string) {
      clearTimeout(timer);
      const line = `  ${name}: cell ${cell} of ${cells} is running: ${firstLine.slice(0, 70)}`;
      tell(line, longCell, longCell);
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

async function runNotebooks({ switches, names: wanted }: Arguments): Promise<number> {
  const all = await listNotebooks(projectRoot);
  const names = wanted.length > 0 ? chooseNotebooks(all, wanted) : all;
  if (names.length === 0) throw new WorkbenchError("There is no notebook in notebooks/.");
  await setUp();
  let interrupted = false;
  // Ctrl-C reaches the notebook's process too, which ends; the copy is removed before this one does.
  Deno.addSignalListener("SIGINT", () => interrupted = true);
  await using copy = await copyProject(projectRoot);
  const failed: string[] = [];
  for (const name of names) {
    const target = join(projectRoot, "data", "executed", `${name}.ipynb`);
    using watch = watchCells(name);
    const execution = await executeNotebook({
      root: projectRoot,
      folder: copy.folder,
      name,
      target,
      variables: switches.has("quick") ? { QUICK: "1" } : {},
      onCell: watch.start,
    });
    if (interrupted) break;
    const page = target.replace(/ipynb$/, "html");
    await writePages(projectRoot, [{ notebook: target, target: page }]);
    const seconds = `${execution.seconds.toFixed(1)} s`;
    if (execution.failure) {
      failed.push(`${name} (cell ${execution.failure.cell})`);
      console.error(describeFailure(execution));
    } else {
      console.log(
        `${name}: ${execution.cells} cells in ${seconds} → ${relative(Deno.cwd(), page)}`,
      );
      if (switches.has("keep")) {
        const kept = cleanNotebook(await readNotebook(target));
        await writeNotebook(join(projectRoot, "notebooks", `${name}.ipynb`), kept);
      }
    }
  }
  if (failed.length > 0) console.error(`Failed: ${failed.join(", ")}`);
  return interrupted ? 130 : failed.length > 0 ? 1 : 0;
}

if (import.meta.main) await runTask(task, runNotebooks);
