/** Where the project lies on this machine, whatever folder a notebook or a task runs in. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's root folder, without a separator at its end. */
export const projectRoot = fileURLToPath(new URL("../", import.meta.url)).replace(/[\\/]$/, "");

/** `data/`: caches and runs, and the small weights that are shipped in `data/pretrained/`. */
export const dataFolder = `${projectRoot}/data`;

/** This package's name and version, as they stand in `deno.json`. */
export async function readPackage(): Promise<{ name: string; version: string }> {
  const { name, version } = JSON.parse(await Deno.readTextFile(join(projectRoot, "deno.json")));
  return { name, version };
}
