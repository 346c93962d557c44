/** `deno task lab`: sets up what is missing and opens JupyterLab on the first notebook. */
import { join } from "node:path";
import { exists } from "../files.ts";
import { projectRoot } from "../project.ts";
import { type Arguments, runTask, type Task } from "./arguments.ts";
import { jupyterVariables, WorkbenchError } from "./environment.ts";
import { setUp } from "./setup.ts";

const firstNotebook = "notebooks/01_ae_vs_vae.ipynb";

/** What `deno task lab` takes. */
export const labTask: Task = {
  name: "lab",
  does: "Sets up what is missing and opens JupyterLab on the first notebook.",
  options: { port: { value: "N", does: "where it listens on this machine; 8888 by default" } },
  others: "JupyterLab",
};

/** @throws WorkbenchError where the port is none */
export function portOf({ port = "8888" }: Record<string, string>): number {
  if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
    throw new WorkbenchError(`--port: expected a number from 1 to 65535, got "${port}"`);
  }
  return Number(port);
}

/** The address, token included, of this project's JupyterLab on a port; null where none says that it runs. */
export async function runningLab(runtime: string, port: number): Promise<string | null> {
  if (!await exists(runtime)) return null;
  for await (const { name } of Deno.readDir(runtime)) {
    if (!/^jpserver-\d+\.json$/.test(name)) continue;
    const text = await Deno.readTextFile(join(runtime, name)).catch(() => "null");
    const server: { port: number; url: string; token: string } | null = JSON.parse(text);
    if (server?.port === port) return `${server.url}lab?token=${server.token}`;
  }
  return null;
}

/**
 * @param running the address of a JupyterLab that is known to listen there
 * @throws WorkbenchError where something listens on the port already
 */
export function requireFreePort(port: number, running: string | null = null): void {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new WorkbenchError(`Port ${port} is reserved by the system: try --port 8888.`);
    }
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new WorkbenchError(
      running
        ? `This project's JupyterLab runs already: open ${running} (Ctrl-C in its terminal ends it).`
        : `Port ${port} is in use, perhaps by a JupyterLab that still runs: close that, or run ` +
          `\`deno task lab --port ${port + 1}\`.`,
    );
  }
}

/** JupyterLab's arguments: this machine only, the project as its root, nothing fetched from elsewhere. */
export function labArguments(root: string, notebook: string | null, port: number): string[] {
  return [
    "-m",
    "jupyterlab",
    `--ServerApp.root_dir=${root}`,
    "--ServerApp.ip=127.0.0.1",
    `--ServerApp.port=${port}`,
    "--ServerApp.port_retries=0",
    `--LabApp.default_url=/lab${notebook ? `/tree/${notebook}` : ""}`,
    "--LabApp.extension_manager=readonly",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    // The style that `setUp` writes: white figures do not glare in a dark theme.
    "--LabApp.custom_css=True",
    "--log-level=ERROR",
    "-y",
    // In a container everything runs as root; the server still listens on this machine alone.
    ...(Deno.build.os !== "windows" && Deno.uid() === 0 ? ["--allow-root"] : []),
  ];
}

/** Starts JupyterLab and waits for its end. Its exit code is returned. */
async function openLab({ values, others }: Arguments): Promise<number> {
  const port = portOf(values);
  const { JUPYTER_RUNTIME_DIR: runtime } = jupyterVariables(projectRoot);
  requireFreePort(port, await runningLab(runtime, port));
  const { python } = await setUp();
  const notebook = await exists(join(projectRoot, firstNotebook)) ? firstNotebook : null;
  console.log("Starting JupyterLab; Ctrl-C here ends it.");
  const lab = new Deno.Command(python, {
    args: [...labArguments(projectRoot, notebook, port), ...others],
    cwd: projectRoot,
    env: jupyterVariables(projectRoot),
  }).spawn();
  // Ctrl-C reaches JupyterLab by itself; this process stays until JupyterLab has closed its kernels.
  Deno.addSignalListener("SIGINT", () => {});
  if (Deno.build.os !== "windows") {
    for (const signal of ["SIGTERM", "SIGHUP"] as const) {
      Deno.addSignalListener(signal, () => lab.kill("SIGTERM"));
    }
  }
  const { code, signal } = await lab.status;
  return signal === "SIGINT" || signal === "SIGTERM" ? 0 : code;
}

if (import.meta.main) await runTask(labTask, openLab);
