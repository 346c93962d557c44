/** Training with its pictures: after each epoch the grids and codes that the animations are made of. */
import { z } from "zod";
import { type Dataset, imagesOf } from "../data/dataset.ts";
import { encodeAll } from "../latent/encode.ts";
import { epochCodesPath, saveEpochCodes } from "./epoch_codes.ts";
import { type FixedSamples, fixedSamples, renderFixedSamples } from "./fixed_samples.ts";
import { exists, isDiskTrouble } from "../files.ts";
import { differencesApartFromData, identityApartFromData } from "../models/identity.ts";
import { Model } from "../models/model.ts";
import { networksOf, setWeights } from "../models/model_files.ts";
import type { Recipe } from "../models/presets.ts";
import { aDataset, aFolder, aModel, aRecipe, requireArguments } from "../kinds.ts";
import { parseOptions } from "../options.ts";
import { pathSchema } from "../path_option.ts";
import { readCheckpoint, readRun } from "../training/checkpoint.ts";
import { findRun, type FoundModel, runFolder } from "../training/find_model.ts";
import { shortenedBy, shortenedSchema } from "../training/find_or_train.ts";
import type { EpochRecord } from "../training/records.ts";
import { stoppable, StoppedError } from "../stop.ts";
import type { TrainEnd, TrainProgress } from "../training/progress.ts";
import { train, type TrainOptions } from "../training/train.ts";
import { drawEpoch, type EpochImageKind, epochImagePath, saveEpochImages } from "./epoch_images.ts";
import type { Raster } from "../visuals/raster/raster.ts";

/** How many test images' codes are kept an epoch: 8 bytes each in two dimensions. */
export const filmedCodes = 500;

/** An epoch's record with its pictures, which lie in the run's folder as well. */
export interface FilmedEpoch extends Record<EpochImageKind, Raster> {
  record: EpochRecord;
}

/**
 * What the loop of notebook 02 does: trains, and keeps after each epoch 16 fixed test images
 * reconstructed, 16 fixed draws from the prior, and the codes of the first test images.
 *
 * @throws what `train` throws
 */
export async function* film(
  model: Model,
  dataset: Dataset,
  options: TrainOptions & { folder: string },
): AsyncGenerator<FilmedEpoch, TrainEnd, void> {
  const folder = options?.folder;
  requireArguments("film", {
    model: [aModel, model],
    dataset: [aDataset, dataset],
    folder: [aFolder, folder],
  });
  const fixed = fixedSamples(model, dataset.test);
  await drawMissing(model, dataset, folder, fixed);
  const training = train(model, dataset, options);
  while (true) {
    const step = await training.next();
    if (step.done) return step.value;
    const pictures = await shoot(model, dataset, folder, step.value.epoch, fixed);
    yield { record: step.value, ...pictures };
  }
}

/** Draws an epoch and keeps what it drew; a disk that refuses is said by `train`, which saves there too. */
async function shoot(
  model: Model,
  { test }: Dataset,
  folder: string,
  epoch: number,
  fixed: FixedSamples,
): Promise<Record<EpochImageKind, Raster>> {
  const pictures = drawEpoch(await renderFixedSamples(model, fixed));
  const count = Math.min(filmedCodes, test.count);
  const codes = await encodeAll(model, test, { count });
  try {
    await saveEpochImages(folder, epoch, pictures);
    await saveEpochCodes(folder, epoch, codes);
  } catch (error) {
    if (!isDiskTrouble(error)) throw error;
  }
  return pictures;
}

/** What a kill between an epoch's checkpoint and its pictures has left out: its weights are still there. */
async function drawMissing(
  model: Model,
  dataset: Dataset,
  folder: string,
  fixed: FixedSamples,
): Promise<void> {
  const checkpoint = await readCheckpoint(folder).catch(() => null);
  if (!checkpoint || checkpoint.position.batch > 0) return;
  const { position, run, files, place } = checkpoint;
  const epoch = position.epoch - 1;
  const paths = [
    epochImagePath(folder, epoch, "image"),
    epochImagePath(folder, epoch, "prior"),
    epochCodesPath(folder, epoch),
  ];
  const there = await Promise.all(paths.map(exists));
  const other = differencesApartFromData(run, identityApartFromData(model, run.training));
  if (there.every(Boolean) || other.length > 0) return;
  const then = new Model(run.model, await networksOf(files, place), { keepWeights: false });
  try {
    setWeights(then, files, place);
    await shoot(then, dataset, folder, epoch, fixed);
  } finally {
    then.dispose();
  }
}

const filmSchema = z.strictObject({
  /** What to film where nothing answers the wish: a shorter run in its place. */
  shortened: shortenedSchema.optional(),
  maxMinutes: z.number().positive().optional(),
  workers: z.int().min(1).optional(),
  progress: z.custom<(progress: TrainProgress) => void>((f) => typeof f === "function").optional(),
  /** The folder with `runs/` and `pretrained/`; the project's `data/` by default. */
  data: pathSchema.optional(),
});

/**
 * A run with pictures and codes of every epoch: one that answers the recipe (see `findModel`), else one
 * filmed now into `data/runs/`.
 *
 * @throws StoppedError where Stop came first; called again, it goes on
 */
export async function findOrFilm(
  recipe: Recipe,
  dataset: Dataset,
  options: z.input<typeof filmSchema> = {},
): Promise<Pick<FoundModel, "run" | "folder" | "note">> {
  const { shortened, data, ...rest } = parseOptions(filmSchema, options, "findOrFilm");
  requireArguments("findOrFilm", { recipe: [aRecipe, recipe], dataset: [aDataset, dataset] });
  // A press while files are read or networks built is kept for the training that would begin after it.
  using work = stoppable("looking for a run");
  const found = await findRun(recipe, dataset, { has: "codes", data });
  await work.turn();
  if (found) return found;
  const { changed, limited } = shortenedBy(recipe, dataset, shortened);
  const folder = runFolder(changed, limited, data && `${data}/runs`);
  const model = changed.build();
  try {
    const filming = film(model, limited, { ...changed.training, ...rest, folder });
    let step = await filming.next();
    while (!step.done) step = await filming.next();
    if (step.value.reason === "stopped" && !step.value.byDeadline) {
      throw new StoppedError(`${model.config.name}: ${step.value.note}`);
    }
  } finally {
    model.dispose();
  }
  const run = await readRun(folder);
  const short = shortened ? " A shorter run in place of the one asked for." : "";
  const note = `Pictures of a run trained just now: ${run.history.at(-1)!.epoch} epochs on ` +
    `${imagesOf(run.data.source, run.data.train.count)}.${short}`;
  return { run, folder, note };
}
