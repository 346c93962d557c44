/** Training with its pictures: after each epoch the grids and codes that the animations are made of. */
import type { Dataset } from "../data/dataset.ts";
import { encodeAll } from "../latent/encode.ts";
import { saveEpochCodes } from "../latent/epoch_codes.ts";
import { fixedSamples, renderFixedSamples } from "../latent/fixed_samples.ts";
import { createModel, type Model } from "../models/model.ts";
import type { ModelConfig } from "../models/presets.ts";
import { readRun, runFolder } from "../training/checkpoint.ts";
import { findRun, type FoundModel } from "../training/find_model.ts";
import type { EpochRecord } from "../training/records.ts";
import type { TrainEnd } from "../training/progress.ts";
import { train, type TrainOptions } from "../training/train.ts";
import { type EpochImageKind, saveEpochImages } from "./epoch_images.ts";
import type { Raster } from "./raster.ts";

/** How many test digits' codes are kept an epoch: 8 bytes each in two dimensions. */
export const filmedCodes = 500;

/** An epoch's record with its pictures, which lie in the run's folder as well. */
export interface FilmedEpoch extends Record<EpochImageKind, Raster> {
  record: EpochRecord;
}

/**
 * What the loop of notebook 02 does: trains, and keeps after each epoch 16 fixed test digits
 * reconstructed, 16 fixed draws from the prior, and the codes of the first test digits.
 *
 * @throws what `train` throws
 */
export async function* film(
  model: Model,
  dataset: Dataset,
  { folder, ...options }: TrainOptions & { folder: string },
): AsyncGenerator<FilmedEpoch, TrainEnd, void> {
  const { config } = model;
  const { treatment } = config;
  const fixed = fixedSamples(dataset.test, config);
  const count = Math.min(filmedCodes, dataset.test.count);
  const training = train(model, dataset, { ...options, folder });
  while (true) {
    const step = await training.next();
    if (step.done) return step.value;
    const { epoch } = step.value;
    const samples = await renderFixedSamples(model, fixed);
    const pictures = await saveEpochImages(folder, epoch, samples, config.inputShape);
    const { means } = await encodeAll(model, dataset.test, { treatment, count });
    await saveEpochCodes(folder, epoch, means);
    yield { record: step.value, ...pictures };
  }
}

/**
 * A run with pictures and codes of every epoch: the newest that fits, else the shipped one, else one
 * filmed now into `data/runs/`.
 *
 * @param options of `train`, for where it must train; `data` is the folder with `runs/` and `pretrained/`
 */
export async function findOrFilm(
  config: ModelConfig,
  dataset: Dataset,
  { data, ...options }: Omit<TrainOptions, "folder"> & { data?: string } = {},
): Promise<Pick<FoundModel, "run" | "folder" | "note">> {
  const found = await findRun(config, { source: dataset.source, has: "codes", data });
  if (found) return found;
  const folder = runFolder(config, data && `${data}/runs`);
  const model = createModel(config);
  try {
    const filming = film(model, dataset, { ...options, folder });
    while (!(await filming.next()).done);
  } finally {
    model.dispose();
  }
  const run = await readRun(folder);
  const { trainCount, source } = run.data;
  const note = `Pictures of a run trained just now: ${run.history.at(-1)!.epoch} epochs on ` +
    `${trainCount.toLocaleString("en-US")} ${source === "mnist" ? "MNIST" : "synthetic"} digits.`;
  return { run, folder, note };
}
