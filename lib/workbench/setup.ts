/** `deno task setup`: makes the Python environment that JupyterLab runs in, or finds it made. */
import { join } from "node:path";
import { exists, removeIfThere, writeAtomically } from "../files.ts";
import { projectRoot } from "../project.ts";
import { runTask } from "./arguments.ts";
import { environmentPaths, type RunCommand, runCommand, WorkbenchError } from "./environment.ts";

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

/** The optional accelerator by system: oneDNN, built for x86-64, and where its wheel puts it. */
export const acceleratorPackages: Record<string, { wheel: string; library: string }> = {
  linux: { wheel: "onednn-cpu-gomp==2023.2.0", library: "lib/libdnnl.so.3" },
  windows: { wheel: "onednn-cpu-vcomp==2023.2.0", library: "Library/bin/dnnl.dll" },
};

const oldestDeno = [2, 9, 4];
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

/** Whether a dotted version is at least another, number by number. */
export function atLeast(version: string, wanted: number[]): boolean {
  const found = version.split(".").map((part) => parseInt(part, 10) || 0);
  for (const [i, number] of wanted.entries()) {
    if ((found[i] ?? 0) !== number) return (found[i] ?? 0) > number;
  }
  return true;
}

function requireDeno(version: string) {
  if (atLeast(version, oldestDeno)) return;
  throw new WorkbenchError(
    `This project needs Deno ${oldestDeno.join(".")} or newer, and this is Deno ${version}: ` +
      "run `deno upgrade` (or `pip install --upgrade deno`).",
  );
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

async function makeEnvironment(settings: SetUpOptions) {
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
async function packageFolders({ root, os }: SetUpOptions): Promise<string[]> {
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

function pip(settings: SetUpOptions, requirements: string[]) {
  const { python } = environmentPaths(settings.root, settings.os);
  // deno-fmt-ignore
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "2"];
  return settings.run(python, [...install, ...requirements], { env: { NO_COLOR: "1" } });
}

async function installPackages(settings: SetUpOptions) {
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

async function findAccelerator(settings: SetUpOptions): Promise<string | null> {
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

/** Jupyter starts `kernel.py`, and that starts Deno's kernel. */
async function writeKernel({ root, os, denoPath }: SetUpOptions, accelerator: string | null) {
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
async function writeLabSettings(settings: SetUpOptions) {
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
async function writeLabStyle(settings: SetUpOptions) {
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

const isNetworkTrouble = (said: string) =>
  /connection|network|timed out|timeout|name resolution|unreachable|SSLError|ProxyError/i.test(
    said,
  );

/** pip names the index's address in its messages; the reader needs only the reason. */
const lastLine = (text: string) =>
  text.trim().split("\n").findLast((line) => /\S/.test(line))?.replace(/^ERROR: /, "").trim() ??
    "no reason was given";

if (import.meta.main) {
  const does = "Makes the Python environment that JupyterLab runs in, or finds it made.";
  await runTask({ name: "setup", does }, async () => {
    const { accelerator } = await setUp();
    const engine = accelerator ? "with the oneDNN accelerator" : "without an accelerator";
    console.log(`Ready ${engine}: \`deno task lab\` opens the first notebook.`);
  });
}
