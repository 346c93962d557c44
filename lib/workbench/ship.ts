/**
 * `deno task ship <run>…`: makes full-length runs of `data/runs/` the weights that the project ships. Weights
 * of more than 100,000 parameters go as float16; moments and positions stay behind.
 */
import { join } from "node:path";
import { useBackend } from "../compute/backend.ts";
import { saveModel } from "../models/save.ts";
import { loadRun } from "../training/checkpoint.ts";
import { exists, projectRoot, runTask, WorkbenchError } from "./environment.ts";

const float16Above = 100_000;

/** Without the hash at its end: shipped weights are one of a kind. */
export const shippedName = (run: string) => run.replace(/-[0-9a-f]{6}$/, "");

/**
 * Writes `run.json`, the model (the best epoch's where the run kept it) and, where the run has them, the
 * pictures and codes of its epochs, and what notebooks 03 and 04 drew of it.
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
  await Deno.mkdir(to, { recursive: true });
  await saveModel(model, to, { float16: model.parameterCount > float16Above });
  await Deno.writeTextFile(`${to}/run.json`, JSON.stringify(run, null, 1) + "\n");
  for (const kind of ["images", "codes"]) {
    if (!await exists(`${from}/${kind}`)) continue;
    await Deno.mkdir(`${to}/${kind}`, { recursive: true });
    for await (const { name } of Deno.readDir(`${from}/${kind}`)) {
      await Deno.copyFile(`${from}/${kind}/${name}`, `${to}/${kind}/${name}`);
    }
  }
  for (const picture of ["cvae.gif", "manifold.png"]) {
    if (await exists(`${from}/${picture}`)) {
      await Deno.copyFile(`${from}/${picture}`, `${to}/${picture}`);
    }
  }
  model.dispose();
}

if (import.meta.main) {
  await runTask(async () => {
    if (Deno.args.length === 0) {
      throw new WorkbenchError("Name the runs to ship: deno task ship <run>…");
    }
    await useBackend();
    for (const name of Deno.args) {
      await shipRun(
        join(projectRoot, "data", "runs", name),
        join(projectRoot, "data", "pretrained", shippedName(name)),
      );
      console.log(`data/pretrained/${shippedName(name)}`);
    }
  });
}
