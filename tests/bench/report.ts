/** Rounds to rows, rows to a table that can stand in the README. */
import { cpus, totalmem } from "node:os";
import { type BenchEngine, engineOrder, type Row, type Work, type WorkName } from "./works.ts";

/** All rounds of one engine on one work; `rounds[i]` was measured beside every other's `rounds[i]`. */
export interface Measured {
  engine: BenchEngine;
  work: Work;
  rounds: Row[];
}

/** What `--json` writes, one per engine and work. */
export interface ResultRow {
  engine: BenchEngine;
  work: WorkName;
  batch: number;
  /** Median of the rounds. */
  imagesPerSecond: number;
  slowest: number;
  fastest: number;
  rounds: number;
  /** Median of the ratios within each round; null where TensorFlow was not measured. */
  ratioToTensorFlow: number | null;
  peakRssMb: number | null;
  data: string;
}

/** @throws RangeError for no values */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("median: expected at least one value, got 0");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Medians, and ratios to TensorFlow's number of the same round, so that a machine's drift cancels. */
export function toResults(measured: readonly Measured[]): ResultRow[] {
  return measured.filter(({ rounds }) => rounds.length > 0).map(({ engine, work, rounds }) => {
    const peer = measured.find((other) => other.engine === "tensorflow" && other.work === work);
    const rates = rounds.map((row) => row.imagesPerSecond);
    const shared = rates.slice(0, peer?.rounds.length ?? 0);
    const ratios = shared.map((rate, i) => rate / peer!.rounds[i].imagesPerSecond);
    const peaks = rounds.map((row) => row.peakRssMb).filter((peak) => peak !== null);
    return {
      engine,
      work: work.work,
      batch: work.batch,
      imagesPerSecond: round(median(rates), 1),
      slowest: round(Math.min(...rates), 1),
      fastest: round(Math.max(...rates), 1),
      rounds: rates.length,
      ratioToTensorFlow: ratios.length ? round(median(ratios), 3) : null,
      peakRssMb: peaks.length ? Math.max(...peaks) : null,
      data: rounds[0].data,
    };
  });
}

const round = (value: number, digits: number) => Number(value.toFixed(digits));

/** "AMD EPYC, 2 cores, 23 GiB, linux x86_64, 2026-11-21". */
export function machineLine(): string {
  const model = cpus()[0]?.model.trim() || "unknown CPU";
  const { os, arch } = Deno.build;
  const memory = Math.round(totalmem() / 2 ** 30);
  const date = new Date().toISOString().slice(0, 10);
  return `${model}, ${cpus().length} cores, ${memory} GiB, ${os} ${arch}, ${date}`;
}

/** The engines as they are written in tables and figures. */
export const engineTitles: Record<BenchEngine, string> = {
  tensorflow: "TensorFlow",
  pytorch: "PyTorch",
  onednn: "oneDNN",
  portable: "portable",
  webgpu: "WebGPU",
  cpu: "tfjs cpu",
};

/** A Markdown table: a line per work, images/s and the ratio to TensorFlow per engine; then the memory. */
export function toMarkdown(results: readonly ResultRow[], works: readonly Work[]): string {
  const engines = engineOrder.filter((engine) => results.some((row) => row.engine === engine));
  const find = (engine: BenchEngine, { work, batch }: Work) =>
    results.find((row) => row.engine === engine && row.work === work && row.batch === batch);
  const table = (unit: string, cell: (row: ResultRow) => string) =>
    [
      `| ${unit} | batch | ${engines.map((engine) => engineTitles[engine]).join(" | ")} |`,
      `|---|---:|${engines.map(() => "---:|").join("")}`,
      ...works.map((work) => {
        const cells = engines.map((engine) => find(engine, work)).map((row) =>
          row ? cell(row) : "–"
        );
        return `| ${work.title} | ${work.batch} | ${cells.join(" | ")} |`;
      }),
    ].join("\n");
  const speeds = table("images/s (ratio to TensorFlow)", (row) => {
    const ratio = row.engine === "tensorflow" || row.ratioToTensorFlow === null
      ? ""
      : ` (${row.ratioToTensorFlow.toFixed(row.ratioToTensorFlow < 0.1 ? 3 : 2)})`;
    return `${thousands(row.imagesPerSecond)}${ratio}`;
  });
  const memory = table("peak memory, MB", (row) => row.peakRssMb ? thousands(row.peakRssMb) : "–");
  return `${speeds}\n\n${memory}`;
}

const thousands = (value: number) =>
  value.toLocaleString("en-US", { maximumFractionDigits: value < 10 ? 1 : 0 });
