/** `deno task lab`: sets up what is missing and opens JupyterLab on the first notebook. */
import { join } from "node:path";
import { exists } from "../files.ts";
import { projectRoot } from "../project.ts";
import { environmentPaths, jupyterVariables, runTask, WorkbenchError } from "./environment.ts";
import { setUp } from "./setup.ts";

const firstNotebook = "notebooks/01_ae_vs_vae.ipynb";

/** The port asked for and everything else, which JupyterLab gets as it stands. */
export function labOptions(args: string[]): { port: number; others: string[] } {
  let port = "8888";
  const others: string[] = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--port") port = args[++i] ?? "";
    else if (args[i].startsWith("--port=")) port = args[i].slice("--port=".length);
    else others.push(args[i]);
  }
  if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
    throw new WorkbenchError(`--port: expected a number from 1 to 65535, got "${port}"`);
  }
  return { port: Number(port), others };
}

/** @throws WorkbenchError where something listens on the port already. */
export function requireFreePort(port: number): void {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new WorkbenchError(`Port ${port} is reserved by the system: try --port 8888.`);
    }
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new WorkbenchError(
      `Port ${port} is in use, perhaps by a JupyterLab that still runs: close that, or run ` +
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
    "--log-level=ERROR",
    "-y",
    // In a container everything runs as root; the server still listens on this machine alone.
    ...(Deno.build.os !== "windows" && Deno.uid() === 0 ? ["--allow-root"] : []),
  ];
}

/** This environment's JupyterLab does not ask about news; the user's own settings stay above these. */
async function writeLabDefaults(root: string) {
  const folder = join(environmentPaths(root).folder, "share", "jupyter", "lab", "settings");
  const file = join(folder, "overrides.json");
  if (await exists(file)) return;
  await Deno.mkdir(folder, { recursive: true });
  const notification = { fetchNews: "false", checkForUpdates: false };
  await Deno.writeTextFile(
    file,
    JSON.stringify({ "@jupyterlab/apputils-extension:notification": notification }, null, 2) + "\n",
  );
}

/** Starts JupyterLab and waits for its end. Its exit code is returned. */
async function openLab(args: string[]): Promise<number> {
  const { port, others } = labOptions(args);
  requireFreePort(port);
  const { python } = await setUp();
  await writeLabDefaults(projectRoot);
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

if (import.meta.main) await runTask(() => openLab(Deno.args));
