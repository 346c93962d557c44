/** `deno task clean`: takes out of the notebooks what changes at every run and teaches nobody. */
import { join } from "node:path";
import { projectRoot } from "../project.ts";
import { type Arguments, runTask, type Task } from "./arguments.ts";
import {
  chooseNotebooks,
  listNotebooks,
  type Notebook,
  type Output,
  readNotebook,
  textOf,
  writeNotebook,
} from "./notebook.ts";

const task: Task = {
  name: "clean",
  does: "Takes execution counts and editors' metadata out of the notebooks; outputs stay.",
  names: "[notebook…]",
};

/** What of a notebook's metadata is kept; of `language_info`, what highlighting needs. */
export const notebookMetadata = {
  kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
  language_info: {
    file_extension: ".ts",
    mimetype: "text/x.typescript",
    name: "typescript",
    pygments_lexer: "typescript",
  },
};

/** What of a cell's metadata is kept: tags, and whether a cell or its output is folded. */
export const cellMetadata = ["tags", "jupyter", "collapsed", "editable", "deletable"];

/** More than a notebook of 1 MB can hold beside its other pictures, in characters. */
const largePage = 600_000;

/** Whether an output is a page of its own, in a frame or large: it is made again where the cell is run. */
const isWholePage = ({ data }: Output) => {
  const html = textOf(data?.["text/html"]);
  return /^<iframe [^>]*srcdoc=/.test(html) || html.length > largePage;
};

/** Of an output that comes as a page and as its picture the one to keep; none of a whole page without a picture. */
function keptForm(output: Output): Output[] {
  const { "text/html": html, "image/png": png, ...others } = output.data ?? {};
  if (!html) return [output];
  if (!isWholePage(output)) return [{ ...output, data: { "text/html": html, ...others } }];
  return png ? [{ ...output, data: { "image/png": png, ...others } }] : [];
}

/** A copy with execution counts null, metadata by whitelist; sources and outputs stay, but for whole pages. */
export function cleanNotebook(notebook: Notebook): Notebook {
  const { title } = notebook.metadata;
  return {
    cells: notebook.cells.map((cell) => ({
      ...cell,
      metadata: Object.fromEntries(
        Object.entries(cell.metadata).filter(([key]) => cellMetadata.includes(key)),
      ),
      ...(cell.cell_type !== "code" ? {} : {
        execution_count: null,
        outputs: (cell.outputs ?? []).flatMap(keptForm).map((output) =>
          "execution_count" in output ? { ...output, execution_count: null } : output
        ),
      }),
    })),
    metadata: { ...notebookMetadata, ...(title ? { title } : {}) },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

async function cleanNotebooks({ names }: Arguments) {
  const all = await listNotebooks(projectRoot);
  for (const name of names.length > 0 ? chooseNotebooks(all, names) : all) {
    const path = join(projectRoot, "notebooks", `${name}.ipynb`);
    const before = await readNotebook(path);
    const after = cleanNotebook(before);
    if (JSON.stringify(after) === JSON.stringify(before)) continue;
    await writeNotebook(path, after);
    console.log(`Cleaned ${name}.ipynb`);
  }
}

if (import.meta.main) await runTask(task, cleanNotebooks);
