/** One notebook through the real Deno kernel, headless, with what happens told as it happens. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { exists } from "../files.ts";
import { environmentPaths, jupyterVariables } from "./environment.ts";
import { type Notebook, readNotebook, textOf, writeNotebook } from "./notebook.ts";
import { textLines } from "./text_lines.ts";

const executor = fileURLToPath(new URL("./executor.py", import.meta.url));

/** How to execute; `onCell` hears which code cell (from 1) starts, of how many. */
export interface ExecuteOptions {
  root: string;
  /** The project (a copy) whose `notebooks/` folder holds the notebook. */
  folder: string;
  name: string;
  target: string;
  variables?: Record<string, string>;
  /** How long the cells may take together. */
  maxSeconds?: number;
  onCell?: (cell: number, cells: number, firstLine: string) => void;
}

/** What came of it. `cell` counts code cells from 1, as JupyterLab's brackets do. */
export interface Execution {
  name: string;
  seconds: number;
  cells: number;
  failure: { cell: number; source: string; error: string } | null;
}

interface Event {
  event: "start" | "done" | "error" | "dead";
  cell: number;
  name?: string;
  message?: string;
  trace?: string[];
}

/** Executes `<folder>/notebooks/<name>.ipynb` and writes the executed notebook to `target`, failed or not. */
export async function executeNotebook(options: ExecuteOptions): Promise<Execution> {
  const { root, folder, name, target } = options;
  const path = join(folder, "notebooks", `${name}.ipynb`);
  const notebook = await readNotebook(path);
  const numbers = codeCellNumbers(notebook);
  await Deno.mkdir(dirname(target), { recursive: true });
  if (await exists(target)) await Deno.remove(target);
  const started = performance.now();
  const child = new Deno.Command(environmentPaths(root).python, {
    args: [executor, path, target],
    cwd: dirname(path),
    env: { ...jupyterVariables(root), NO_COLOR: "1", ...options.variables },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let tooLong = false;
  let limit: ReturnType<typeof setTimeout> | undefined;
  const complaints = new Response(child.stderr).text();
  let failure: Event | null = null;
  let current = 0;
  for await (const line of textLines(child.stdout)) {
    const event: Event = JSON.parse(line);
    current = event.cell;
    // Counted from the first cell: how long Python and the kernel take to start says nothing about the notebook.
    limit ??= options.maxSeconds === undefined ? undefined : setTimeout(() => {
      tooLong = true;
      child.kill("SIGINT"); // on which nbclient ends the kernel as well
    }, options.maxSeconds * 1000);
    if (event.event === "start") {
      const firstLine = textOf(notebook.cells[current].source).split("\n")[0];
      options.onCell?.(numbers.get(current)!, numbers.size, firstLine);
    } else if (event.event !== "done") failure ??= event;
  }
  const { code } = await child.status;
  clearTimeout(limit);
  if (!await exists(target)) await writeNotebook(target, notebook);
  const execution = {
    name,
    seconds: (performance.now() - started) / 1000,
    cells: numbers.size,
    failure: null,
  };
  const stderr = await complaints;
  if (code === 0) return execution;
  const error = tooLong
    ? `took longer than ${options.maxSeconds} s`
    : failure
    ? explain(failure, folder)
    : `the kernel or nbclient failed: ${stderr.trim().split("\n").at(-1) || `exit code ${code}`}`;
  const source = textOf(notebook.cells[failure?.cell ?? current]?.source);
  return {
    ...execution,
    failure: { cell: numbers.get(failure?.cell ?? current) ?? 0, source, error },
  };
}

/** From a cell's place among all cells to its number among the code cells that hold something. */
function codeCellNumbers(notebook: Notebook): Map<number, number> {
  const numbers = new Map<number, number>();
  notebook.cells.forEach((cell, i) => {
    if (cell.cell_type === "code" && textOf(cell.source).trim()) numbers.set(i, numbers.size + 1);
  });
  return numbers;
}

/** The error as the cell shows it, its files named from the project's folder. */
function explain(event: Event, folder: string): string {
  if (event.event === "dead") return "the kernel died (out of memory, perhaps)";
  const trace = event.trace?.join("\n") || `${event.name}: ${event.message}`;
  return trace.replaceAll(`file://${folder}/`, "");
}
