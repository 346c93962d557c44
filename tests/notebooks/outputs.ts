/** What a notebook's outputs are, reduced to what the tests compare. */
import { type Cell, type Notebook, type Output, textOf } from "../../lib/workbench/notebook.ts";

/** The kinds of outputs that a reader tells apart. */
export type Kind =
  | "picture"
  | "page"
  | "progress"
  | "prose"
  | "text"
  | "result"
  | "complaint"
  | "error";

/** The kind of one output: what its richest representation is. */
export function kindOf({ output_type, name, data }: Output): Kind {
  if (output_type === "error") return "error";
  if (output_type === "stream") return name === "stderr" ? "complaint" : "text";
  const html = data?.["text/html"];
  if (html) return textOf(html).includes('role="progressbar"') ? "progress" : "page";
  if (data?.["image/png"] || data?.["image/gif"] || data?.["image/svg+xml"]) return "picture";
  if (data?.["text/markdown"]) return "prose";
  return "result";
}

/** A page that comes with its picture is either: git keeps one of them. */
function kindsOf(output: Output): Kind[] {
  const kind = kindOf(output);
  return kind === "page" && output.data?.["image/png"] ? [kind, "picture"] : [kind];
}

/** The code cells that hold something; the first is number 1, as in JupyterLab's brackets. */
export const codeCells = (notebook: Notebook): Cell[] =>
  notebook.cells.filter((cell) => cell.cell_type === "code" && textOf(cell.source).trim() !== "");

/**
 * How many outputs a cell promises: `await show(` and the kernel's own display where they stand at the
 * cell's top level, so outside loops and conditions. Text that is written out is none of them, for the
 * kernel joins it; a lone name, as in `show(note)`, is none either: it may be text. Calls that share a
 * slot write into one output.
 */
export function promisedOutputs(source: string): number {
  const calls =
    source.match(/^await (?:show|Deno\.jupyter\.display)\((?!\s*(?:["'`[]|[\w.]+\);))/gm) ??
      [];
  const slots = /\bslot\b/.test(source);
  return slots ? Math.min(1, calls.length) : calls.length;
}

/** Whether a cell prints at its top level. */
export const promisesText = (source: string) =>
  /^(?:console\.(?:log|table)\(|await show\(\s*["'`[])/m.test(source);

/**
 * What is wrong with an executed cell's outputs: errors, complaints, and outputs that its source promises
 * or that `committed`, the same cell in git, shows, and that are not there.
 */
export function faultsOf(cell: Cell, committed?: Cell): string[] {
  const source = textOf(cell.source);
  const outputs = cell.outputs ?? [];
  const kinds = outputs.map(kindOf);
  const faults: string[] = [];
  for (const [i, kind] of kinds.entries()) {
    if (kind === "error") faults.push(`error: ${outputs[i].evalue}`);
    if (kind === "complaint") faults.push(`stderr: ${textOf(outputs[i].text).trim()}`);
  }
  const shown = kinds.filter((kind) => ["picture", "page", "prose"].includes(kind)).length;
  const promised = promisedOutputs(source);
  if (shown < promised) faults.push(`shows ${shown} outputs, expected at least ${promised}`);
  if (promisesText(source) && !kinds.includes("text")) faults.push("prints nothing");
  for (const kind of new Set((committed?.outputs ?? []).map(kindOf))) {
    // A bar is shown where there is something to wait for: not where weights or data are at hand.
    if (kind === "progress") continue;
    if (!outputs.flatMap(kindsOf).includes(kind)) {
      faults.push(`has no ${kind}, and the committed notebook has`);
    }
  }
  return faults;
}
