/** What Jupyter finds in the environment: the kernel, and JupyterLab's settings and style. */
import { join } from "node:path";
import { exists, writeAtomically } from "../../files.ts";
import { environmentPaths } from "../environment.ts";
import { packageFolders, type SetUpOptions } from "./python.ts";

/** Jupyter starts `kernel.py`, and that starts Deno's kernel. */
export async function writeKernel(
  { root, os, denoPath }: SetUpOptions,
  accelerator: string | null,
) {
  const { kernel, python } = environmentPaths(root, os);
  await writeJson(kernel, {
    argv: [python, join(root, "lib", "workbench", "kernel.py"), denoPath, "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
    // Windows has no SIGINT to send.
    interrupt_mode: os === "windows" ? "message" : "signal",
    env: {
      // Threads that wait for work would otherwise spin, and beside a busy core slow training tenfold.
      OMP_WAIT_POLICY: "passive",
      ...(accelerator ? { ONEDNN_LIBRARY: accelerator } : {}),
    },
  });
}

/** No question over the first notebook whether JupyterLab may fetch its news; the reader's own setting wins. */
export async function writeLabSettings(settings: SetUpOptions) {
  await writeJson(environmentPaths(settings.root, settings.os).labSettings, {
    "@jupyterlab/apputils-extension:notification": { fetchNews: "false" },
  });
}

/** Figures are drawn on white, for pages whose theme nobody knows; in a dark theme the white is dimmed. */
const labStyle = `[data-jp-theme-light="false"] .jp-RenderedImage img,
[data-jp-theme-light="false"] .jp-RenderedMarkdown img {
  filter: brightness(.78);
}
`;

/** Where JupyterLab looks after the reader's own `custom.css`; see `labArguments`. */
export async function writeLabStyle(settings: SetUpOptions) {
  for (const packages of await packageFolders(settings)) {
    const shown = join(packages, "jupyter_server", "static");
    if (await exists(shown)) await writeText(join(shown, "custom", "custom.css"), labStyle);
  }
}

const writeJson = (path: string, value: unknown) =>
  writeText(path, JSON.stringify(value, null, 2) + "\n");

/** Writes a file whole or not at all, and only where it would change. */
async function writeText(path: string, text: string) {
  if (await exists(path) && await Deno.readTextFile(path) === text) return;
  await writeAtomically(path, text);
}
