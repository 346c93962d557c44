/** Python with packages that only tests want, each set in an environment of its own: `data/python/<name>`. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dataFolder, projectRoot } from "../../lib/project.ts";
import { exists, readIfThere, writeAtomically } from "../../lib/files.ts";
import { environmentPaths, runCommand } from "../../lib/workbench/environment.ts";

/** A Python that has the packages, or why there is none. */
export type Python = { path: string } | { missing: string };

/** Makes the environment at the first use, or finds it made. */
export async function pythonWith(name: string, packages: string[]): Promise<Python> {
  const folder = join(dataFolder, "python", name);
  const windows = Deno.build.os === "windows";
  const path = join(folder, windows ? "Scripts" : "bin", windows ? "python.exe" : "python");
  const done = join(folder, "packages.txt"), wanted = packages.join("\n");
  const has = await readIfThere(done);
  if (has && new TextDecoder().decode(has) === wanted) return { path };
  const base = environmentPaths(projectRoot).python;
  const made = await exists(base)
    ? await runCommand(base, ["-m", "venv", "--clear", folder])
    : await runCommand("python3", ["-m", "venv", "--clear", folder]);
  if (made.code !== 0) return { missing: "Python could not make an environment" };
  const pip = ["-m", "pip", "install", "--quiet", "--retries", "2", "--disable-pip-version-check"];
  const installed = await runCommand(path, [...pip, ...packages]);
  if (installed.code !== 0) return { missing: `pip could not install ${packages.join(" and ")}` };
  await writeAtomically(done, wanted);
  return { path };
}

/** A test that runs a Python program, skipped with the reason where there is none. */
export function pythonTest(name: string, python: Python, test: (path: string) => Promise<void>) {
  const missing = "missing" in python ? python.missing : null;
  Deno.test({
    name: missing ? `${name} (skipped: ${missing})` : name,
    ignore: missing !== null,
    fn: () => test((python as { path: string }).path),
  });
}

/**
 * What a program printed.
 *
 * @param command a script beside this file, and its arguments
 * @throws Error with what it said, where it failed
 */
export async function runPython(
  path: string,
  [script, ...args]: string[],
  variables: Record<string, string> = {},
): Promise<string> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const env = { TF_CPP_MIN_LOG_LEVEL: "3", PYTHONWARNINGS: "ignore", ...variables };
  const { code, stdout, stderr } = await runCommand(path, [file, ...args], { env });
  if (code === 0) return stdout;
  throw new Error(`${script} failed:\n${stderr.trim().split("\n").slice(-12).join("\n")}`);
}
