/** Rounds to rows, rows to a table that can stand in the README. */
import { operationsOf } from "./operations.ts";
import {
  type BenchEngine,
  engineOrder,
  peers,
  type Row,
  type Work,
  type WorkName,
} from "./works.ts";

/** All rounds of one engine on one work; `rounds[i]` was measured beside every other's `rounds[i]`. */
export interface Measured {
  engine: BenchEngine;
  work: Work;
  rounds: Row[];
}

/** What sgemm reached beside the rounds of a work: `flops[i]` operations a second in round i; empty if not measured. */
export interface Limit {
  work: Work;
  flops: number[];
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
  /** The peer with the highest median; null where none was measured. */
  bestPeer: BenchEngine | null;
  ratioToBestPeer: number | null;
  /** Of what sgemm's rate allows; null where that was not measured. */
  shareOfLimit: number | null;
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

/** The median rate of an engine on a work. */
const rateOf = ({ rounds }: Measured) => median(rounds.map((row) => row.imagesPerSecond));

/** Medians; ratios are taken within each round, so that a machine's drift cancels. */
export function toResults(all: readonly Measured[], limits: readonly Limit[] = []): ResultRow[] {
  const measured = all.filter(({ rounds }) => rounds.length > 0);
  return measured.map(({ engine, work, rounds }) => {
    const rates = rounds.map((row) => row.imagesPerSecond);
    const against = (others: readonly number[] = []) => {
      const ratios = rates.slice(0, others.length).map((rate, i) => rate / others[i]);
      return ratios.length ? round(median(ratios), 3) : null;
    };
    const beside = measured.filter((other) => other.work === work && peers.includes(other.engine));
    const ratesOf = (peer?: Measured) => peer?.rounds.map((row) => row.imagesPerSecond);
    const best = beside.toSorted((a, b) => rateOf(b) - rateOf(a)).at(0);
    const flops = limits.find((limit) => limit.work === work)?.flops ?? [];
    const operations = flops.length > 0 ? operationsOf(work) : 1;
    const peaks = rounds.map((row) => row.peakRssMb).filter((peak) => peak !== null);
    return {
      engine,
      work: work.work,
      batch: work.batch,
      imagesPerSecond: round(median(rates), 1),
      slowest: round(Math.min(...rates), 1),
      fastest: round(Math.max(...rates), 1),
      rounds: rates.length,
      ratioToTensorFlow: against(ratesOf(beside.find((peer) => peer.engine === "tensorflow"))),
      bestPeer: best?.engine ?? null,
      ratioToBestPeer: against(ratesOf(best)),
      shareOfLimit: against(flops.map((rate) => rate / operations)),
      peakRssMb: peaks.length ? Math.max(...peaks) : null,
      data: rounds[0].data,
    };
  });
}

const round = (value: number, digits: number) => Number(value.toFixed(digits));

/** The engines as they are written in tables and figures. */
export const engineTitles: Record<BenchEngine, string> = {
  tensorflow: "TensorFlow",
  "tensorflow-graph": "TensorFlow, loop in the graph",
  pytorch: "PyTorch",
  "pytorch-compiled": "PyTorch, compiled",
  jax: "JAX",
  onednn: "oneDNN",
  portable: "portable",
  webgpu: "WebGPU",
  cpu: "tfjs cpu",
};

const ratio = (value: number | null) => value === null ? "–" : value.toFixed(value < 0.1 ? 3 : 2);

/** A rate with what it is to be compared with, where that was measured. */
function speedCell(row: ResultRow): string {
  const rate = thousands(row.imagesPerSecond);
  if (row.bestPeer === null) return rate;
  const share = row.shareOfLimit === null ? [] : [`${Math.round(100 * row.shareOfLimit)} %`];
  const words = [ratio(row.ratioToTensorFlow), ratio(row.ratioToBestPeer), ...share];
  return `${rate} (${words.join("; ")})`;
}

/** Markdown tables: a line per work, images/s per engine with its ratios, and the best peer; then the memory. */
export function toMarkdown(results: readonly ResultRow[], works: readonly Work[]): string {
  const engines = engineOrder.filter((engine) => results.some((row) => row.engine === engine));
  const of = ({ work, batch }: Work) =>
    results.filter((row) => row.work === work && row.batch === batch);
  const withPeers = results.some((row) => row.bestPeer);
  const table = (
    unit: string,
    cell: (row: ResultRow) => string,
    last?: (rows: ResultRow[]) => string,
  ) => {
    const titles = [...engines.map((engine) => engineTitles[engine]), ...last ? ["best peer"] : []];
    const lines = works.map((work) => {
      const rows = of(work);
      const cells = engines.map((engine) => rows.find((row) => row.engine === engine))
        .map((row) => row ? cell(row) : "–");
      return `| ${[work.title, work.batch, ...cells, ...last ? [last(rows)] : []].join(" | ")} |`;
    });
    return [`| ${[unit, "batch", ...titles].join(" | ")} |`]
      .concat(`|---|---:|${engines.map(() => "---:|").join("")}${last ? "---|" : ""}`, lines)
      .join("\n");
  };
  const unit = withPeers
    ? "images/s (ratio to TensorFlow; to the best peer; share of the limit)"
    : "images/s";
  const best = ([row]: ResultRow[]) => row?.bestPeer ? engineTitles[row.bestPeer] : "–";
  const speeds = table(unit, speedCell, withPeers ? best : undefined);
  const memory = table("peak memory, MB", (row) => row.peakRssMb ? thousands(row.peakRssMb) : "–");
  return `${speeds}\n\n${memory}`;
}

const thousands = (value: number) =>
  value.toLocaleString("en-US", { maximumFractionDigits: value < 10 ? 1 : 0 });
