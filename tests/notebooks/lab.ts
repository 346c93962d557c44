/** JupyterLab for a test: on a copy of the project, with no settings of the user's own. */
import { join } from "node:path";
import { projectRoot } from "../../lib/project.ts";
import { environmentPaths, jupyterVariables } from "../../lib/workbench/environment.ts";
import { labArguments } from "../../lib/workbench/lab.ts";

const token = "only-for-this-test";

/** A server that runs until it is disposed of. */
export interface Lab extends AsyncDisposable {
  /** The notebook in it, token included. */
  url: string;
  /** Waits for the first kernel's answer: before it, JupyterLab forgets what it is asked to run. */
  kernelReady(): Promise<void>;
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

/**
 * Starts JupyterLab and waits until it answers.
 *
 * @param folder a copy of the project, so that what is saved changes no file of the working tree
 * @param notebook to be opened, relative to the folder
 */
export async function startLab(folder: string, notebook: string): Promise<Lab> {
  const port = freePort();
  // All cells in the page at once, those out of sight too, and no settings of the user's own.
  const settings = join(folder, "lab_settings");
  await Deno.mkdir(join(settings, "@jupyterlab/notebook-extension"), { recursive: true });
  await Deno.writeTextFile(
    join(settings, "@jupyterlab/notebook-extension/tracker.jupyterlab-settings"),
    '{ "windowingMode": "none" }',
  );
  const server = new Deno.Command(environmentPaths(projectRoot).python, {
    args: [
      ...labArguments(folder, notebook, port),
      "--no-browser",
      `--IdentityProvider.token=${token}`,
      `--LabApp.user_settings_dir=${settings}`,
    ],
    cwd: folder,
    env: {
      ...jupyterVariables(projectRoot),
      JUPYTERLAB_WORKSPACES_DIR: join(folder, "lab_workspaces"),
      QUICK: "1",
    },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  for (let tries = 0; tries < 600; tries++) {
    const reply = await fetch(`http://127.0.0.1:${port}/api`).catch(() => null);
    await reply?.body?.cancel();
    if (reply?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url: `http://127.0.0.1:${port}/lab/tree/${notebook}?token=${token}`,
    async kernelReady() {
      for (let tries = 0; tries < 600; tries++) {
        const reply = await fetch(`http://127.0.0.1:${port}/api/kernels?token=${token}`);
        const [kernel] = await reply.json();
        if (kernel?.connections > 0 && kernel.execution_state === "idle") return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error("the kernel did not become idle within a minute");
    },
    async [Symbol.asyncDispose]() {
      server.kill("SIGTERM");
      // Python can deadlock in its own signal handler; a test must not wait for that.
      const impatience = setTimeout(() => server.kill("SIGKILL"), 15_000);
      await server.status;
      clearTimeout(impatience);
    },
  };
}
