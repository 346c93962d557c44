/** The solutions of a notebook's exercises, so that they can be checked and run like its cells. */
import { type Cell, type Notebook, textOf } from "./notebook.ts";

/** A solution as code: the `ts` blocks of its `<details>`, one after the other. */
export interface Solution {
  /** The exercise's number in the list. */
  exercise: number;
  source: string;
}

/**
 * The solutions that hold code, in order; those in words are left out. An exercise is a numbered line below
 * the heading "Exercises", up to the next number or heading.
 */
export function solutionsOf({ cells }: Notebook): Solution[] {
  const prose = cells.filter((cell) => cell.cell_type === "markdown")
    .map((cell) => textOf(cell.source)).join("\n\n");
  const section = prose.match(/^##+ Exercises$([^]*?)(?=^##+ |$(?![^]))/m)?.[1] ?? "";
  return section.split(/^(?=\d+\. )/m).flatMap((part) => {
    const [, details = ""] = part.match(/<details>([^]*)<\/details>/) ?? [];
    const source = [...details.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code).join("");
    return source ? [{ exercise: parseInt(part), source }] : [];
  });
}

/**
 * The notebook with each solution as a code cell at its end. A solution stands in a block of its own, so that
 * none leans on the names of another: a reader may do the third exercise alone.
 */
export function withSolutions(notebook: Notebook): Notebook {
  const cells = solutionsOf(notebook).map(({ exercise, source }): Cell => ({
    cell_type: "code",
    id: `exercise-${exercise}`,
    // The kernel would take a block without a label for an object.
    source: `${importsOf(source)}exercise_${exercise}: {\n${withoutImports(source)}}`,
    metadata: {},
    execution_count: null,
    outputs: [],
  }));
  return { ...notebook, cells: [...notebook.cells, ...cells] };
}

const importStatement = /^import [^;]*;\n/gm;
const importsOf = (source: string) => (source.match(importStatement) ?? []).join("");
const withoutImports = (source: string) => source.replace(importStatement, "");
