/** A temporary copy of the project, so that a headless run leaves the working tree as it is. */
import { join } from "node:path";
import { setVariables } from "../data/public_sets/variables.ts";
import { exists } from "../files.ts";

const leftOut = new Set([".venv", ".git", "node_modules", "coverage", ".ipynb_checkpoints"]);

/** The copy's folder; disposing of it (`await using`) removes it. */
export interface ProjectCopy extends AsyncDisposable {
  folder: string;
}

/**
 * Copies the project's files and `data/pretrained` to a temporary folder, and links the caches of digits,
 * which are so downloaded or drawn only once. Runs of the working tree are not copied: a copy starts fresh.
 */
export async function copyProject(root: string): Promise<ProjectCopy> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "vae_notebooks_" }));
  await copyFolder(root, folder, new Set([...leftOut, "data"]));
  const [data, copiedData] = [join(root, "data"), join(folder, "data")];
  await Deno.mkdir(copiedData, { recursive: true });
  if (await exists(join(data, "pretrained"))) {
    await copyFolder(join(data, "pretrained"), join(copiedData, "pretrained"));
  }
  for (const cache of [...Object.keys(setVariables), "synthetic", "image-folders"]) {
    await Deno.mkdir(join(data, cache), { recursive: true });
    // A junction needs no privileges on Windows; elsewhere the type is ignored.
    await Deno.symlink(join(data, cache), join(copiedData, cache), { type: "junction" });
  }
  return {
    folder,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function copyFolder(from: string, to: string, without = leftOut) {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory, isFile } of Deno.readDir(from)) {
    if (without.has(name)) continue;
    if (isDirectory) await copyFolder(join(from, name), join(to, name));
    else if (isFile) await Deno.copyFile(join(from, name), join(to, name));
  }
}
