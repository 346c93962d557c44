/** `deno task setup`: makes the Python environment that JupyterLab runs in, or finds it made. */
import { exists } from "../files.ts";
import { projectRoot } from "../project.ts";
import { runTask } from "./arguments.ts";
import { environmentPaths, runCommand, WorkbenchError } from "./environment.ts";
import { findAccelerator } from "./setup/accelerator.ts";
import { writeKernel, writeLabSettings, writeLabStyle } from "./setup/jupyter.ts";
import { atLeast, installPackages, makeEnvironment, type SetUpOptions } from "./setup/python.ts";

const oldestDeno = [2, 9, 4];

/** What is ready once `setUp` returns. `accelerator` is the library's path, or null. */
export interface Environment {
  python: string;
  accelerator: string | null;
}

/**
 * Uses or makes `<root>/.venv`, installs what is missing, writes a Deno kernelspec into it and quiets
 * JupyterLab; a second run finds all that done.
 * @throws WorkbenchError where something outside the project is missing, with what to do about it.
 */
export async function setUp(options: Partial<SetUpOptions> = {}): Promise<Environment> {
  const settings: SetUpOptions = {
    root: projectRoot,
    run: runCommand,
    say: console.log,
    denoVersion: Deno.version.deno,
    denoPath: Deno.execPath(),
    os: Deno.build.os,
    ...options,
  };
  requireDeno(settings.denoVersion);
  const { python } = environmentPaths(settings.root, settings.os);
  if (!await exists(python)) await makeEnvironment(settings);
  await installPackages(settings);
  const accelerator = await findAccelerator(settings);
  await writeKernel(settings, accelerator);
  await writeLabSettings(settings);
  await writeLabStyle(settings);
  return { python, accelerator };
}

function requireDeno(version: string) {
  if (atLeast(version, oldestDeno)) return;
  throw new WorkbenchError(
    `This project needs Deno ${oldestDeno.join(".")} or newer, and this is Deno ${version}: ` +
      "run `deno upgrade` (or `pip install --upgrade deno`).",
  );
}

if (import.meta.main) {
  const does = "Makes the Python environment that JupyterLab runs in, or finds it made.";
  await runTask({ name: "setup", does }, async () => {
    const { accelerator } = await setUp();
    const engine = accelerator ? "with the oneDNN accelerator" : "without an accelerator";
    console.log(`Ready ${engine}: \`deno task lab\` opens the first notebook.`);
  });
}
