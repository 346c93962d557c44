/** A trained model without training: the newest run that fits, else the weights that are shipped. */
import { dataFolder } from "../project.ts";
import type { Model } from "../models/model.ts";
import type { ModelConfig } from "../models/presets.ts";
import { hasWeights, loadRun, readRun } from "./checkpoint.ts";
import type { RunRecord } from "./records.ts";

/** A trained model, and where it comes from. */
export interface FoundModel {
  model: Model;
  run: RunRecord;
  /** Its folder. */
  folder: string;
  origin: "run" | "pretrained";
  /** One sentence for the reader. */
  note: string;
}

/** What must agree for a model to be the one that was asked for. */
type Wanted = Pick<ModelConfig, "preset" | "latentDim" | "treatment">;

interface FindOptions {
  /** What must lie in the run's folder beside its weights: `images` or `codes`, by epoch. */
  has?: "images" | "codes";
  source?: "mnist" | "synthetic";
  data?: string;
}

/**
 * The newest run in `data/runs/` with at least one trained epoch and the same preset, latentDim and
 * treatment (and data source, where one is named); else the one in `data/pretrained/`; else null.
 *
 * @param source what the model must have learnt from: digits drawn by the project are not MNIST
 */
export async function findModel(
  wanted: Wanted,
  options: FindOptions = {},
): Promise<FoundModel | null> {
  const found = await findRun(wanted, options);
  if (!found) return null;
  const { model } = await loadRun(found.folder);
  return { ...found, model };
}

/**
 * As `findModel`, without loading the model.
 *
 * @param options.weights false where the record is enough: some curves are shipped without weights
 */
export async function findRun(
  wanted: Wanted,
  { source, has, data = dataFolder, weights = true }: FindOptions & { weights?: boolean } = {},
): Promise<Omit<FoundModel, "model"> | null> {
  for (const origin of ["run", "pretrained"] as const) {
    const base = `${data}/${origin === "run" ? "runs" : "pretrained"}`;
    for (const folder of await newestFirst(base)) {
      const run = await readRun(folder).catch(() => null);
      if (!run || !fits(run, wanted, source)) continue;
      if (weights && !await hasWeights(folder)) continue;
      if (has && !await Deno.stat(`${folder}/${has}`).catch(() => null)) continue;
      return { run, folder, origin, note: describe(run, origin) };
    }
  }
  return null;
}

function fits(run: RunRecord, wanted: Wanted, source?: string): boolean {
  const { config, history, data } = run;
  return config.preset === wanted.preset && config.latentDim === wanted.latentDim &&
    config.treatment === wanted.treatment && (history.at(-1)?.epoch ?? 0) > 0 &&
    (source === undefined || data.source === source);
}

function describe(run: RunRecord, origin: FoundModel["origin"]): string {
  const { config, data, history } = run;
  const epochs = history.at(-1)!.epoch;
  const from = origin === "run" ? "your newest run" : "the weights shipped with the project";
  const images = `${data.trainCount.toLocaleString("en-US")} ${
    data.source === "mnist" ? "MNIST digits" : "synthetic digits"
  }`;
  return `Weights: ${from} (${config.preset}, latentDim ${config.latentDim}, ${config.treatment}, ` +
    `${epochs} epoch${epochs === 1 ? "" : "s"} on ${images}, seed ${config.seed}).`;
}

async function newestFirst(base: string): Promise<string[]> {
  const found: { folder: string; time: number }[] = [];
  try {
    for await (const entry of Deno.readDir(base)) {
      const folder = `${base}/${entry.name}`;
      const file = await Deno.stat(`${folder}/run.json`).catch(() => null);
      if (file) found.push({ folder, time: file.mtime?.getTime() ?? 0 });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort((a, b) => b.time - a.time).map(({ folder }) => folder);
}
