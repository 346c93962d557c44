/**
 * `deno task ship <run>[=<name>]…`: makes full-length runs of `data/runs/` the weights that the project ships.
 * Weights of more than 100,000 parameters go as float16; moments and positions stay behind.
 */
import { join } from "node:path";
import { useBackend } from "../compute/backend.ts";
import { modelFiles } from "../models/model_files.ts";
import { writeWhole } from "../whole_folder.ts";
import { loadRun } from "../training/checkpoint.ts";
import { exists } from "../files.ts";
import { projectRoot } from "../project.ts";
import { runTask, type Task } from "./arguments.ts";
import { WorkbenchError } from "./environment.ts";

const task: Task = {
  name: "ship",
  does: "Makes full-length runs of data/runs/ the weights that the project ships.",
  names: "<run>[=<name>]…",
};

const float16Above = 100_000;

/**
 * Which run to ship, and the folder to ship it as: `run=name`, or the run's own name without the hash at its
 * end. A name of one's own tells runs apart whose preset, latentDim and seed are the same.
 *
 * @throws WorkbenchError for a name that is no folder's
 */
export function parseShipment(argument: string): { run: string; name: string } {
  const [run, name = run.replace(/-[0-9a-f]{6}$/, ""), ...rest] = argument.split("=");
  if (rest.length > 0 || !/^\w[\w.-]*$/.test(name)) {
    throw new WorkbenchError(`ship: expected <run> or <run>=<name>, got "${argument}"`);
  }
  return { run, name };
}

/**
 * Writes `run.json`, the model (the best epoch's where the run kept it) and the codes of its epochs, with
 * their checksums, and where the run has them the pictures of its epochs and what notebooks 03 and 04 drew.
 *
 * @throws WorkbenchError where the run is missing or did not learn from all of MNIST
 */
export async function shipRun(from: string, to: string): Promise<void> {
  if (!await exists(`${from}/run.json`)) throw new WorkbenchError(`There is no run in "${from}".`);
  const { model, run } = await loadRun(from);
  const { source, train: { count: trainCount } } = run.data;
  if (source !== "mnist" || trainCount < 59_000) {
    throw new WorkbenchError(
      `"${from}" learnt from ${trainCount} ${source} images; only runs on all of MNIST are shipped.`,
    );
  }
  const files = await modelFiles(model, { float16: model.parameterCount > float16Above });
  files.set("run.json", new TextEncoder().encode(JSON.stringify(run, null, 1) + "\n"));
  for (const name of await namesIn(`${from}/codes`)) {
    files.set(`codes/${name}`, await Deno.readFile(`${from}/codes/${name}`));
  }
  await writeWhole(to, files);
  for (const name of await namesIn(`${from}/images`)) {
    await Deno.mkdir(`${to}/images`, { recursive: true });
    await Deno.copyFile(`${from}/images/${name}`, `${to}/images/${name}`);
  }
  for (const picture of ["cvae.gif", "manifold.png"]) {
    if (await exists(`${from}/${picture}`)) {
      await Deno.copyFile(`${from}/${picture}`, `${to}/${picture}`);
    }
  }
  model.dispose();
}

async function namesIn(folder: string): Promise<string[]> {
  return await exists(folder) ? [...Deno.readDirSync(folder)].map(({ name }) => name).sort() : [];
}

if (import.meta.main) {
  await runTask(task, async ({ names }) => {
    if (names.length === 0) {
      throw new WorkbenchError("Name the runs to ship: deno task ship <run>[=<name>]…");
    }
    const shipments = names.map(parseShipment);
    await useBackend();
    for (const { run, name } of shipments) {
      const data = join(projectRoot, "data");
      await shipRun(join(data, "runs", run), join(data, "pretrained", name));
      console.log(`data/pretrained/${name}`);
    }
  });
}
