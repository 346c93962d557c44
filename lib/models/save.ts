/**
 * Models on disk: one folder for each part, in tfjs's standard format, and `likelihood.json` beside them where the
 * likelihood has learned something.
 */
import { join } from "node:path";
import { z } from "zod";
import { DamagedError, type Files } from "../checksums.ts";
import { readIfThere } from "../files.ts";
import { aFolder, aModel, requireArguments } from "../kinds.ts";
import { parseOptions } from "../options.ts";
import { isWhole, readWhole, writeWhole } from "../whole_folder.ts";
import type { Model } from "./model.ts";
import { likelihoodFile, manifestOf, modelFiles, parts, setWeights } from "./model_files.ts";

const saveSchema = z.strictObject({
  /** Halves the size of the weights; reading gives float32 again. */
  float16: z.boolean().default(false),
});
/** Options of `saveModel`. */
export type SaveOptions = z.input<typeof saveSchema>;

/**
 * Writes `encoder/` and `decoder/` into a folder, and the checksums of their files. Plain
 * `tf.loadLayersModel` reads each.
 *
 * @throws OptionError naming the option that cannot be used
 */
export async function saveModel(
  model: Model,
  folder: string,
  options: SaveOptions = {},
): Promise<void> {
  const parsed = parseOptions(saveSchema, options, "saveModel");
  requireArguments("saveModel", { model: [aModel, model], folder: [aFolder, folder] });
  await writeWhole(folder, await modelFiles(model, parsed));
}

/**
 * The files of a model that lies in a folder: with their checksums where `saveModel` wrote it, else as tfjs
 * or another tool left them.
 *
 * @throws DamagedError naming a file that is not what was written
 * @throws Deno.errors.NotFound where the folder holds no model
 */
export async function readModel(folder: string): Promise<Files> {
  if (await isWhole(folder)) return await readWhole(folder);
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const part of parts) {
    files.set(`${part}/model.json`, await Deno.readFile(join(folder, part, "model.json")));
    for (const { paths } of manifestOf(files, part, folder)) {
      for (const path of paths) {
        const bytes = await readIfThere(join(folder, part, path));
        if (!bytes) throw new DamagedError(`"${join(folder, part, path)}" is missing`);
        files.set(`${part}/${path}`, bytes);
      }
    }
  }
  const likelihood = await readIfThere(join(folder, likelihoodFile));
  if (likelihood) files.set(likelihoodFile, likelihood);
  return files;
}

/**
 * Gives a model the weights in a folder, all of them or none.
 *
 * @throws WeightsMismatch naming every tensor that is missing, left over or of another shape
 * @throws DamagedError naming a file that is not what was written
 * @throws Deno.errors.NotFound where the folder holds no model
 */
export async function loadWeights(model: Model, folder: string): Promise<void> {
  requireArguments("loadWeights", { model: [aModel, model], folder: [aFolder, folder] });
  setWeights(model, await readModel(folder), folder);
}
