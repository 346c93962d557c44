/** Records as a table: HTML for notebooks, aligned text for terminals. */
import { formatNumber } from "../../numbers.ts";
import { z } from "zod";
import { escapeHtml } from "../../html.ts";
import { aRow, listOf, requireArguments } from "../../kinds.ts";
import { parseOptions } from "../../options.ts";

export type Cell = string | number | boolean | null | undefined;

/** One column: which field, how it is headed, how its values are written. */
export interface Column<Row> {
  key: keyof Row & string;
  label?: string;
  /** Decimals of a number; as it is by default. */
  digits?: number;
  format?: (value: Cell, row: Row) => string;
}

/** Records as a table, to show. */
// deno-lint-ignore no-explicit-any
export interface Table<Row extends Record<string, Cell> = any> {
  rows: readonly Row[];
  /** All fields of the first record by default. */
  columns?: readonly Column<Row>[];
  caption?: string;
}

const tableSchema = z.strictObject({
  columns: z.array(z.strictObject({
    key: z.string(),
    label: z.string().optional(),
    digits: z.int().min(0).max(20).optional(),
    format: z.custom<(value: Cell, row: never) => string>(
      (value) => typeof value === "function",
      "expected a function",
    ).optional(),
  })).optional(),
  caption: z.string().optional(),
});

/**
 * A table with one row a record; numbers stand at the right.
 *
 * @param options.columns all fields of the first record by default
 * @throws OptionError
 *
 * @example
 * ```ts
 * import { table } from "./table.ts";
 *
 * const elbos = table([{ model: "conv-vae", elbo: -157.02 }], {
 *   columns: [{ key: "model" }, { key: "elbo", digits: 1 }],
 * });
 * ```
 */
export function table<Row extends Record<string, Cell>>(
  rows: readonly Row[],
  options: Omit<Table<Row>, "rows"> = {},
): Table<Row> {
  requireArguments("table", { rows: [listOf(aRow), rows] });
  parseOptions(tableSchema, options, "table");
  return { rows, ...options };
}

function write<Row extends Record<string, Cell>>(row: Row, column: Column<Row>): string {
  const value = row[column.key];
  if (column.format) return column.format(value, row);
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  return formatNumber(value, { decimals: column.digits });
}

function parts<Row extends Record<string, Cell>>(
  rows: readonly Row[],
  columns: readonly Column<Row>[] = Object.keys(rows[0] ?? {}).map((key) => ({ key })),
) {
  return columns.map((column) => ({
    label: column.label ?? column.key,
    cells: rows.map((row) => write(row, column)),
    numeric: rows.some((row) => typeof row[column.key] === "number"),
  }));
}

/** A table as HTML. */
export function tableHtml({ rows, columns, caption }: Table): string {
  const table = parts(rows, columns);
  const align = (numeric: boolean) => `style="text-align:${numeric ? "right" : "left"}"`;
  const head = table.map(({ label, numeric }) =>
    `<th scope="col" ${align(numeric)}>${escapeHtml(label)}</th>`
  );
  const body = rows.map((_, i) =>
    table.map(({ cells, numeric }) => `<td ${align(numeric)}>${escapeHtml(cells[i])}</td>`).join("")
  );
  return "<table>" +
    (caption ? `<caption style="text-align:left">${escapeHtml(caption)}</caption>` : "") +
    `<thead><tr>${head.join("")}</tr></thead>` +
    `<tbody>${body.map((row) => `<tr>${row}</tr>`).join("")}</tbody></table>`;
}

/** The same table as aligned lines of text. */
export function tableText({ rows, columns, caption }: Table): string {
  const table = parts(rows, columns).map((column) => ({
    ...column,
    width: Math.max(column.label.length, ...column.cells.map((cell) => cell.length)),
  }));
  const line = (texts: string[]) =>
    table.map(({ numeric, width }, i) =>
      numeric ? texts[i].padStart(width) : texts[i].padEnd(width)
    ).join("  ").trimEnd();
  const lines = [
    line(table.map(({ label }) => label)),
    line(table.map(({ width }) => "─".repeat(width))),
    ...rows.map((_, i) => line(table.map(({ cells }) => cells[i]))),
  ];
  return (caption ? [caption, ...lines] : lines).join("\n");
}
