/** Values that know how they look as the last line of a notebook's cell. */

import { formatNumber } from "./numbers.ts";
import { OptionError } from "./options.ts";

/** What Deno's kernel asks a value for before it prints its fields. */
const display = Symbol.for("Jupyter.display");

/** Makes `value` show itself as Markdown (a heading, a table); elsewhere it stays as it is. */
export function withMarkdown<Value extends object>(value: Value, markdown: () => string): Value {
  return Object.defineProperty(value, display, {
    value: () => ({ "text/markdown": markdown(), "text/plain": markdown() }),
    configurable: true,
  });
}

/**
 * What `withMarkdown` gave a value, by media type.
 *
 * @throws OptionError for a value that does not know how it looks
 */
export function richForm(value: object): Record<string, string> {
  const form = (value as { [display]?: () => Record<string, string> })[display];
  if (form) return form();
  throw new OptionError("Cannot show this value: expected a model, a dataset or a record of a run");
}

/** Text from data or files, as a line of Markdown that shows it and obeys nothing in it: no tag, link or column. */
export function plainMarkdown(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replace(
    /[\\`*[\]|]|\b_|_\b/g,
    "\\$&",
  )
    .replace(/\s+/g, " ");
}

/** A Markdown table of plain text; columns are the keys of the first row, numbers stand right. */
export function markdownTable(rows: readonly Record<string, string | number>[]): string {
  if (rows.length === 0) return "";
  const columns = Object.keys(rows[0]);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = columns.map((key) => typeof rows[0][key] === "number" ? "---:" : ":---");
  const text = (value: string | number) =>
    typeof value === "number" ? formatNumber(value) : plainMarkdown(value);
  return [
    line(columns.map(plainMarkdown)),
    line(rule),
    ...rows.map((row) => line(columns.map((key) => text(row[key] ?? "")))),
  ].join("\n");
}
