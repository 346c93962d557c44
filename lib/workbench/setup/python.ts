/** Python's environment `.venv`, and the packages in it. */
import { join } from "node:path";
import { exists } from "../../files.ts";
import { environmentPaths, type RunCommand, WorkbenchError } from "../environment.ts";

/**
 * The Python packages the workbench needs, with the versions it was tried with. Of jsonschema, which all of them
 * import, it is the last one that starts at once: 4.25 and 4.26 build a grammar first, some three seconds long
 * (python-jsonschema/jsonschema#1428).
 */
export const pythonPackages = {
  jupyterlab: "4.6.6",
  nbclient: "0.11.0",
  nbconvert: "7.17.2",
  jsonschema: "4.24.1",
};

const oldestPython = [3, 10];

/** What `setUp` runs with; tests replace the parts that reach outside. */
export interface SetUpOptions {
  root: string;
  run: RunCommand;
  say: (line: string) => void;
  denoVersion: string;
  denoPath: string;
  os: string;
}

/** Whether a dotted version is at least another, number by number. */
export function atLeast(version: string, wanted: number[]): boolean {
  const found = version.split(".").map((part) => parseInt(part, 10) || 0);
  for (const [i, number] of wanted.entries()) {
    if ((found[i] ?? 0) !== number) return (found[i] ?? 0) > number;
  }
  return true;
}

async function findPython({ run, os }: SetUpOptions): Promise<string[]> {
  const candidates = os === "windows" ? [["py", "-3"], ["python"], ["python3"]] : [["python3"], [
    "python",
  ]];
  let newest = "";
  for (const [program, ...args] of candidates) {
    const asked = "import sys; print('%d.%d' % sys.version_info[:2])";
    const { code, stdout } = await run(program, [...args, "-c", asked]);
    if (code !== 0) continue;
    if (atLeast(stdout.trim(), oldestPython)) return [program, ...args];
    newest = stdout.trim();
  }
  throw new WorkbenchError(
    (newest ? `Python ${newest} is too old: ` : "No Python was found: ") +
      `install Python ${
        oldestPython.join(".")
      } or newer (python.org, or your system's packages) and run this again.`,
  );
}

/** @throws WorkbenchError where there is no Python, or none that can */
export async function makeEnvironment(settings: SetUpOptions) {
  const { folder } = environmentPaths(settings.root, settings.os);
  const [program, ...args] = await findPython(settings);
  const wasThere = await exists(folder);
  settings.say("Making the Python environment .venv …");
  const { code, stdout, stderr } = await settings.run(program, [...args, "-m", "venv", folder]);
  if (code === 0) return;
  // A half-made environment would pass for a whole one next time.
  if (!wasThere && await exists(folder)) await Deno.remove(folder, { recursive: true });
  const said = `${stdout}\n${stderr}`;
  throw new WorkbenchError(
    /ensurepip|No module named '?venv/.test(said)
      ? "Python's venv module is missing: on Debian and Ubuntu `sudo apt install python3-venv` brings it; then run this again."
      : `Python could not make the environment ${folder}: ${lastLine(said)}`,
  );
}

/** @throws WorkbenchError where pip cannot, with its reason */
export async function installPackages(settings: SetUpOptions) {
  const installed = await installedPackages(settings);
  const missing = Object.entries(pythonPackages)
    .map(([name, version]) => `${name}==${version}`)
    .filter((requirement) => !installed.has(requirement));
  if (missing.length === 0) return;
  settings.say(`Installing ${missing.join(", ")} into .venv (once, about 200 MB) …`);
  let { code, stdout, stderr } = await pip(settings, missing);
  if (/No module named pip/.test(stderr)) {
    const { python } = environmentPaths(settings.root, settings.os);
    await settings.run(python, ["-m", "ensurepip", "--upgrade"]);
    ({ code, stdout, stderr } = await pip(settings, missing));
  }
  if (code === 0) return;
  const said = `${stdout}\n${stderr}`;
  throw new WorkbenchError(
    isNetworkTrouble(said)
      ? "JupyterLab could not be installed because the package index could not be reached: connect to the network and run this again."
      : `JupyterLab could not be installed: ${lastLine(said)}`,
  );
}

async function installedPackages(settings: SetUpOptions): Promise<Set<string>> {
  const found = new Set<string>();
  for (const packages of await packageFolders(settings)) {
    for await (const { name } of Deno.readDir(packages)) {
      const match = name.match(/^(.+)-([^-]+)\.dist-info$/);
      if (match) found.add(`${match[1].replaceAll("_", "-").toLowerCase()}==${match[2]}`);
    }
  }
  return found;
}

/** Where Python's packages lie: a folder for each version that the environment has seen. */
export async function packageFolders({ root, os }: SetUpOptions): Promise<string[]> {
  const { folder } = environmentPaths(root, os);
  const lib = join(folder, "lib"), libraries = [];
  if (os === "windows") libraries.push(join(folder, "Lib"));
  else if (await exists(lib)) {
    for await (const { name } of Deno.readDir(lib)) {
      if (name.startsWith("python3")) libraries.push(join(lib, name));
    }
  }
  const folders = [];
  for (const library of libraries) {
    const packages = join(library, "site-packages");
    if (await exists(packages)) folders.push(packages);
  }
  return folders;
}

/** Installs packages; `stderr` holds pip's reason where it cannot. */
export function pip(settings: SetUpOptions, requirements: string[]) {
  const { python } = environmentPaths(settings.root, settings.os);
  // deno-fmt-ignore
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "2"];
  return settings.run(python, [...install, ...requirements], { env: { NO_COLOR: "1" } });
}

/** Whether what a program said is about the network. */
export const isNetworkTrouble = (said: string) =>
  /connection|network|timed out|timeout|name resolution|unreachable|SSLError|ProxyError/i.test(
    said,
  );

/** pip names the index's address in its messages; the reader needs only the reason. */
export const lastLine = (text: string) =>
  text.trim().split("\n").findLast((line) => /\S/.test(line))?.replace(/^ERROR: /, "").trim() ??
    "no reason was given";
