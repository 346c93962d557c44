/** Notebook files as data (nbformat 4): read, written, listed. */
import { join } from "node:path";
import { WorkbenchError } from "./environment.ts";

/** One output of a code cell. */
export interface Output {
  output_type: "stream" | "display_data" | "execute_result" | "error";
  name?: string;
  text?: string | string[];
  data?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  execution_count?: number | null;
  ename?: string;
  evalue?: string;
  traceback?: string[];
}

/** One cell; only code cells have outputs. */
export interface Cell {
  cell_type: "code" | "markdown" | "raw";
  id?: string;
  source: string | string[];
  metadata: Record<string, unknown>;
  execution_count?: number | null;
  outputs?: Output[];
}

/** A notebook file. */
export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

/** A text that nbformat keeps as one string or as its lines. */
export const textOf = (text: unknown): string =>
  Array.isArray(text) ? text.join("") : `${text ?? ""}`;

/** Reads a notebook. @throws WorkbenchError where the file is missing or no notebook. */
export async function readNotebook(path: string): Promise<Notebook> {
  let notebook: Notebook;
  try {
    notebook = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : (error as Error).message;
    throw new WorkbenchError(`Cannot read the notebook "${path}": ${reason}`);
  }
  if (notebook?.nbformat !== 4 || !Array.isArray(notebook.cells)) {
    throw new WorkbenchError(
      `Cannot read the notebook "${path}": nbformat is ${notebook?.nbformat}, expected 4`,
    );
  }
  return notebook;
}

/** Writes a notebook as JupyterLab does: one space a level, a newline at the end. */
export async function writeNotebook(path: string, notebook: Notebook): Promise<void> {
  await Deno.writeTextFile(path, JSON.stringify(notebook, null, 1) + "\n");
}

/** The names of the notebooks in `<root>/notebooks`, without folder and ending, in reading order. */
export async function listNotebooks(root: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(join(root, "notebooks"))) {
    if (isFile && name.endsWith(".ipynb")) names.push(name.slice(0, -".ipynb".length));
  }
  return names.sort();
}

/**
 * The notebooks that someone named: as `02_training`, `02`, or by a path.
 * @throws WorkbenchError for a name that fits none or several.
 */
export function chooseNotebooks(all: string[], wanted: string[]): string[] {
  return wanted.map((name) => {
    const short = name.replace(/^.*[/\\]/, "").replace(/\.ipynb$/, "");
    const found = all.includes(short) ? [short] : all.filter((one) => one.startsWith(short));
    if (found.length === 1 && short !== "") return found[0];
    throw new WorkbenchError(
      `notebook: expected one of ${all.join(", ") || "(there are none yet)"}, got "${name}"`,
    );
  });
}
