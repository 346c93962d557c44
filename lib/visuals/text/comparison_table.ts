/** Runs side by side, as a table that is read. */
import {
  type ComparableRun,
  compareRuns,
  type ComparisonRow,
} from "../../evaluation/compare_runs.ts";
import { type Column, type Table, table } from "./table.ts";

/** A comparison's row whose fields are all cells. */
export type ComparisonCells = { [Key in keyof ComparisonRow]: ComparisonRow[Key] };

const columns: Column<ComparisonCells>[] = [
  { key: "model" },
  { key: "latentDim" },
  { key: "parameters" },
  { key: "treatment", label: "pixels" },
  { key: "likelihood" },
  { key: "epoch" },
  { key: "elbo", label: "ELBO", digits: 1 },
  { key: "bitsPerDim", label: "bits/dim", digits: 3 },
  { key: "mse", label: "MSE", digits: 4 },
  { key: "reconstruction", digits: 1 },
  { key: "kl", label: "KL", digits: 1 },
  { key: "seconds", digits: 0 },
  {
    key: "neighbourAccuracy",
    label: "k-NN",
    format: (value) => typeof value === "number" ? `${(100 * value).toFixed(1)} %` : "–",
  },
];

/**
 * Test digits, nats per image, of the epoch whose weights a run ended with. A column that no run fills is
 * left out.
 *
 * @example `await show(comparisonTable(runs))`
 */
export function comparisonTable(runs: readonly ComparableRun[]): Table<ComparisonCells> {
  const rows = compareRuns(runs);
  return table(rows, {
    columns: columns.filter(({ key }) => rows.some((row) => row[key] !== null)),
  });
}
