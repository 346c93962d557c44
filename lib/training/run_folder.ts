/** What a run may do in a folder: only where nothing of the reader's own lies by the names that it writes. */
import { exists, removeIfThere } from "../files.ts";
import { OptionError } from "../options.ts";
import { readRun } from "./checkpoint.ts";
import { hasGeneration } from "./generations.ts";

/** What a run writes into its folder, and the notebooks beside it. */
const weights = ["model", "model.old", "run.json"];
const pictures = ["images", "codes", "cvae.gif", "prior.gif", "latent.gif"];

/**
 * Makes sure that a run may be written into a folder: it is not there yet, or has nothing by the names that
 * a run writes, or holds an earlier run.
 *
 * @throws OptionError where it holds something else by those names, which a run would replace
 */
export async function requireRunFolder(folder: string): Promise<void> {
  const info = await Deno.stat(folder).catch(() => null);
  if (!info) return;
  if (!info.isDirectory) {
    throw new OptionError(`train: folder: expected a folder, but "${folder}" is a file`);
  }
  if (await hasGeneration(folder)) return;
  if (await readRun(folder).then(() => true, () => false)) return;
  for (const name of [...weights, ...pictures]) {
    if (!await exists(`${folder}/${name}`)) continue;
    // A first checkpoint that was cut short leaves `model/` with a position and no record yet.
    if (name === "model" && await exists(`${folder}/model/checkpoint.json`)) continue;
    throw new OptionError(
      `train: folder: expected a new folder or that of an earlier run, but "${folder}" holds ` +
        `"${name}", which no run of this project wrote; name another folder`,
    );
  }
}

/** Removes an earlier run's weights, pictures and codes; the new one's are still to come. */
export async function clearEarlier(folder: string): Promise<void> {
  for (const name of ["model.old", ...pictures]) await removeIfThere(`${folder}/${name}`);
}
