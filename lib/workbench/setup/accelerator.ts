/** The optional accelerator, oneDNN: found, or installed and tried. */
import { join } from "node:path";
import { exists, removeIfThere } from "../../files.ts";
import { environmentPaths } from "../environment.ts";
import { isNetworkTrouble, lastLine, pip, type SetUpOptions } from "./python.ts";

/** The optional accelerator by system: oneDNN, built for x86-64, and where its wheel puts it. */
export const acceleratorPackages: Record<string, { wheel: string; library: string }> = {
  linux: { wheel: "onednn-cpu-gomp==2023.2.0", library: "lib/libdnnl.so.3" },
  windows: { wheel: "onednn-cpu-vcomp==2023.2.0", library: "Library/bin/dnnl.dll" },
};

/** The path of its library, once it has trained on this machine; null where there is none that does. */
export async function findAccelerator(settings: SetUpOptions): Promise<string | null> {
  const accelerator = acceleratorPackages[settings.os];
  if (!accelerator) return null;
  const { folder } = environmentPaths(settings.root, settings.os);
  const library = join(folder, accelerator.library);
  if (await exists(library)) return library;
  // Where this wheel does not fit, asking the index again at every start would only cost time.
  const { wheel } = accelerator;
  const refused = join(folder, "no-accelerator");
  if (await exists(refused) && (await Deno.readTextFile(refused)).startsWith(wheel)) return null;
  let { code, stdout, stderr } = await pip(settings, [wheel]);
  const installed = code === 0 && await exists(library);
  if (installed) {
    ({ code, stdout, stderr } = await tryAccelerator(settings, library));
    // Packages that could not be fetched for it say nothing of the library.
    if (code === 0 || isNetworkTrouble(stderr)) return library;
    await removeIfThere(library);
  }
  settings.say(
    `The optional accelerator ${wheel} ${installed ? "does not work" : "is not available"} here: ` +
      "training goes on without it.",
  );
  if (installed || !isNetworkTrouble(`${stdout}\n${stderr}`)) {
    await Deno.writeTextFile(refused, `${wheel}: ${lastLine(stderr)}\n`);
  }
  return null;
}

/** How the trial is started: it reads, and opens a native library. */
export const trialArguments = ["run", "-R", "-E", "-S", "--allow-ffi", "--quiet"];

function tryAccelerator({ root, run, denoPath }: SetUpOptions, library: string) {
  const script = join(root, "lib", "workbench", "try_accelerator.ts");
  const env = { NO_COLOR: "1", ONEDNN_LIBRARY: library };
  return run(denoPath, [...trialArguments, script], { cwd: root, env });
}
