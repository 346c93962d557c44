/**
 * A notebook's code cells as one TypeScript module, so that they can be type-checked. In the kernel a later
 * cell may declare a name again: here a block is opened before that cell, and the new name stands in it.
 */
import { basename, join } from "node:path";
import { withSolutions } from "./exercises.ts";
import { type Notebook, readNotebook, textOf } from "./notebook.ts";
import { runCommand } from "./environment.ts";

/** The module's text, and for each of its lines the cell and line it came from (both from 1), or null. */
export interface ExtractedCells {
  source: string;
  origins: ({ cell: number; line: number } | null)[];
}

/** An error in a notebook's cell; `cell` counts code cells from 1, the exercises' solutions after them. */
export interface CellError {
  notebook: string;
  cell: number;
  line: number;
  message: string;
}

// deno fmt keeps a cell's own statements at the line's start, so no parser is needed to find them.
const importStart = /^import\b(?!\s*[(.])/;
const importEnd = /(from\s+)?["'][^"']+["']\s*(with\s*\{[^}]*\})?\s*;?\s*$/;
const declaration =
  /^(?:export\s+)?(?:declare\s+)?(?:const|let|var|async function\*?|function\*?|(?:abstract )?class|enum|interface|type)\s+(\{[^}]*\}|\[[^\]]*\]|[\w$]+)/gm;

/** The names that a cell declares at its top level. */
export function declaredNames(source: string): string[] {
  return [...source.matchAll(declaration)].flatMap(([, target]) =>
    /^[{[]/.test(target)
      ? target.slice(1, -1).split(",").map((part) =>
        part.replace(/=.*$/s, "").replace(/^.*:/s, "").replace("...", "").trim()
      ).filter((name) => /^[\w$]+$/.test(name))
      : [target]
  );
}

/** Puts the cells one after another, imports first. */
export function extractCells(notebook: Notebook): ExtractedCells {
  const imports: [string, { cell: number; line: number }][] = [];
  const body: [string, { cell: number; line: number } | null][] = [];
  const imported = new Set<string>();
  const declared = new Set<string>();
  let blocks = 0;
  let cell = 0;
  for (const { cell_type, source } of notebook.cells) {
    const text = textOf(source);
    if (cell_type !== "code" || !text.trim()) continue;
    cell++;
    const names = declaredNames(text);
    if (names.some((name) => declared.has(name))) {
      body.push(["{", null]);
      blocks++;
    }
    names.forEach((name) => declared.add(name));
    let statement: string[] | null = null;
    for (const [i, line] of text.split("\n").entries()) {
      const origin = { cell, line: i + 1 };
      if (statement || importStart.test(line)) {
        (statement ??= []).push(line);
        if (!importEnd.test(line)) continue;
        const whole = withoutRepeats(statement.join(" "), imported);
        if (whole) imports.push([whole, { cell, line: i + 2 - statement.length }]);
        statement = null;
      } else body.push([line, origin]);
    }
    if (statement) body.push([statement.join(" "), { cell, line: 1 }]);
  }
  const lines = [
    ...imports,
    ...body,
    ...Array.from({ length: blocks }, () => ["}", null] as [string, null]),
    ["export {};", null] as [string, null],
  ];
  return {
    source: lines.map(([text]) => text).join("\n") + "\n",
    origins: lines.map(([, origin]) => origin),
  };
}

/** A cell may import again what an earlier one has; in one module that would be an error. */
function withoutRepeats(statement: string, imported: Set<string>): string | null {
  const match = statement.match(
    /^(import(?:\s+type)?)\s+(?:([\w$]+)\s*,?\s*)?(\{[^}]*\}|\*\s+as\s+[\w$]+)?\s*from\s+(.*)$/,
  );
  if (!match) return imported.has(statement) ? null : (imported.add(statement), statement);
  const [, keyword, single, group, from] = match;
  const isNew = (name: string) => {
    const local = name.replace(/^.*\bas\s+/, "").replace(/^type\s+/, "").trim();
    const key = `${local} ${from}`;
    return imported.has(key) ? false : (imported.add(key), true);
  };
  const named = group?.startsWith("{")
    ? group.slice(1, -1).split(",").map((part) => part.trim()).filter((part) => part && isNew(part))
    : [];
  const parts = [
    ...(single && isNew(single) ? [single] : []),
    ...(group?.startsWith("*") && isNew(group) ? [group] : []),
    ...(named.length ? [`{ ${named.join(", ")} }`] : []),
  ];
  return parts.length ? `${keyword} ${parts.join(", ")} from ${from}` : null;
}

/**
 * Type-checks notebooks' cells, and the solutions of their exercises, with `deno check`; the modules are written to `<root>/data/`, from where
 * relative imports lead to the same files as from `notebooks/`, and removed again.
 */
export async function findTypeErrors(root: string, paths: string[]): Promise<CellError[]> {
  const modules: { file: string; path: string; extracted: ExtractedCells }[] = [];
  await Deno.mkdir(join(root, "data"), { recursive: true });
  try {
    for (const path of paths) {
      const extracted = extractCells(withSolutions(await readNotebook(path)));
      const file = join(root, "data", `.${basename(path, ".ipynb")}_${Deno.pid}.ts`);
      await Deno.writeTextFile(file, extracted.source);
      modules.push({ file, path, extracted });
    }
    const { code, stdout, stderr } = await runCommand(
      Deno.execPath(),
      ["check", "--quiet", ...modules.map(({ file }) => file)],
      { cwd: root, env: { NO_COLOR: "1" } },
    );
    if (code === 0 || modules.length === 0) return [];
    return readErrors(stdout + stderr, modules);
  } finally {
    for (const { file } of modules) await Deno.remove(file);
  }
}

function readErrors(
  text: string,
  modules: { file: string; path: string; extracted: ExtractedCells }[],
): CellError[] {
  const errors: CellError[] = [];
  let message = "";
  for (const line of text.split("\n")) {
    const place = line.match(/^(.*)\bat (file:\S+?):(\d+):\d+/);
    const module = place && modules.find(({ file }) => place[2].endsWith(basename(file)));
    if (module) {
      const origin = module.extracted.origins[Number(place[3]) - 1] ?? { cell: 0, line: 0 };
      const whole = `${message}\n${place[1]}`.trim().replace(/^error: /, "");
      errors.push({ notebook: basename(module.path), ...origin, message: whole });
      message = "";
    } else if (/^(TS\d+|error)/.test(line)) message = line;
    else if (line.trim() && !/^\s*[~^]+\s*$/.test(line)) message += `\n${line}`;
  }
  // An error that names no line of a cell, in a file of `lib/` perhaps, must not pass for success.
  if (errors.length === 0) {
    errors.push({ notebook: basename(modules[0].path), cell: 0, line: 0, message: text.trim() });
  }
  return errors;
}
