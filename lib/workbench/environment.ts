/** The project's Python environment, and how the workbench runs other programs. */
import { join, resolve } from "node:path";
import { setVariables } from "../data/public_sets/variables.ts";

/** Something the reader can mend: its message is one sentence that says how. */
export class WorkbenchError extends Error {
  override name = "WorkbenchError";
}

/** What a finished program said and how it ended; code 127 means that it could not be started. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Starts a program and waits for its end. Injected in tests. */
export type RunCommand = (
  program: string,
  args: string[],
  options?: { cwd?: string; env?: Record<string, string> },
) => Promise<Outcome>;

/** Runs a program with its output collected; a program that is not there gives code 127. */
export const runCommand: RunCommand = async (program, args, options = {}) => {
  try {
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args,
      ...options,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return { code: 127, stdout: "", stderr: error.message };
    }
    throw error;
  }
};

/** Where things lie in the Python environment `<root>/.venv`, which differs on Windows. */
export function environmentPaths(root: string, os: string = Deno.build.os): {
  folder: string;
  bin: string;
  python: string;
  kernel: string;
  labSettings: string;
} {
  const folder = join(root, ".venv");
  const bin = join(folder, os === "windows" ? "Scripts" : "bin");
  return {
    folder,
    bin,
    python: join(bin, os === "windows" ? "python.exe" : "python"),
    kernel: join(folder, "share", "jupyter", "kernels", "deno", "kernel.json"),
    labSettings: join(folder, "share", "jupyter", "lab", "settings", "overrides.json"),
  };
}

/**
 * The variables that Jupyter's programs and the notebooks' kernels get: the environment's own kernels and
 * settings come before those of the user's home, and a relative MNIST_DIR, as that of any other set, keeps
 * meaning the same folder.
 */
export function jupyterVariables(root: string): Record<string, string> {
  const { folder } = environmentPaths(root);
  const named = Object.values(setVariables).flatMap((variable) => {
    const own = Deno.env.get(variable);
    // The loaders know what ~ means.
    return own && !own.startsWith("~") ? [[variable, resolve(root, own)]] : [];
  });
  return {
    JUPYTER_PREFER_ENV_PATH: "1",
    JUPYTERLAB_WORKSPACES_DIR: join(folder, "share", "jupyter", "lab", "workspaces"),
    JUPYTER_RUNTIME_DIR: join(folder, "share", "jupyter", "runtime"),
    PYTHONWARNINGS: "ignore",
    PYDEVD_DISABLE_FILE_VALIDATION: "1",
    ...Object.fromEntries(named),
  };
}
