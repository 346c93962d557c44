/**
 * Finds oneDNN's shared library on this machine. The one file that reads `ONEDNN_LIBRARY`, and sets
 * `OMP_WAIT_POLICY`.
 */

import { fileURLToPath } from "node:url";

/** What the library is called where it is looked for. */
const fileName: Record<string, string> = {
  linux: "libdnnl.so.3",
  darwin: "libdnnl.3.dylib",
  windows: "dnnl.dll",
};

export interface OnednnLibrary {
  path: string;
  /** As in "3.2.0". */
  version: string;
}

/**
 * Looks at `ONEDNN_LIBRARY` (and nowhere else where that is set), the project's `.venv`, beside Deno,
 * in the active Python or conda environment, and where the system's loader looks.
 *
 * @returns path and version, or a clause that says why there is none
 */
export function findOnednn(
  wanted: string | undefined = env("ONEDNN_LIBRARY"),
): OnednnLibrary | string {
  const name = fileName[Deno.build.os];
  if (wanted) return probe(wanted);
  if (!name) {
    return `oneDNN is not looked for on ${Deno.build.os}; name its library in ONEDNN_LIBRARY`;
  }
  let reason = `no ${name} in .venv/lib, beside Deno, in the active environment or the system; ` +
    "`deno task setup` supplies it on x86-64, for Linux and Windows";
  for (const path of [...folders().map((folder) => `${folder}/${name}`), name]) {
    if (path !== name && !isFile(path)) continue;
    const found = probe(path);
    if (typeof found !== "string") return found;
    if (path !== name) reason = found;
  }
  return reason;
}

/**
 * Keeps a library in memory until the process ends. Unloading it would leave OpenMP's clean-up
 * dangling in every thread that has computed, and end the process when such a thread, say a worker's,
 * ends. Deno unloads what a worker has opened.
 */
export function keepLoaded(path: string): void {
  if (Deno.build.os === "windows") return keepLoadedOnWindows(path);
  if (Deno.build.os !== "linux") return;
  const RTLD_NOW = 2, RTLD_NODELETE = 0x1000; // <dlfcn.h>
  const symbols = { dlopen: { parameters: ["buffer", "i32"], result: "pointer" } } as const;
  for (const name of ["libc.so.6", "libdl.so.2"]) { // since, and before, glibc 2.34
    try {
      const library = Deno.dlopen(name, symbols);
      library.symbols.dlopen(new TextEncoder().encode(`${path}\0`), RTLD_NOW | RTLD_NODELETE);
      library.close();
      return;
    } catch {
      // The next name.
    }
  }
}

/** One more user of the library, who never leaves. Not run yet: there was no Windows to run it on. */
function keepLoadedOnWindows(path: string): void {
  const symbols = { LoadLibraryW: { parameters: ["buffer"], result: "pointer" } } as const;
  const library = Deno.dlopen("kernel32.dll", symbols);
  const characters = Array.from(`${path}\0`, (_, i) => `${path}\0`.charCodeAt(i));
  library.symbols.LoadLibraryW(Uint16Array.from(characters));
  library.close();
}

/**
 * Has OpenMP's threads sleep while they wait for each other, unless the environment says otherwise.
 * Left alone they spin: beside a busy core each end of a parallel region then waits for a thread that
 * has no core, and training takes ten to forty times as long. On a quiet machine it costs nothing.
 *
 * OpenMP reads the variable while it is loaded, with oneDNN, whatever program or worker does that.
 */
function waitPassively(): void {
  try {
    if (env("OMP_WAIT_POLICY") === undefined) Deno.env.set("OMP_WAIT_POLICY", "passive");
  } catch (error) {
    // A program without leave to set it computes the same.
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
  }
}

function folders(): string[] {
  const subfolder = Deno.build.os === "windows" ? "Library/bin" : "lib";
  const root = new URL("../../../", import.meta.url);
  const project = root.protocol === "file:" ? fileURLToPath(root) : null;
  return [
    project && `${project}.venv/${subfolder}`,
    Deno.execPath().replace(/[/\\][^/\\]*$/, `/../${subfolder}`),
    ...["VIRTUAL_ENV", "CONDA_PREFIX"].map((name) => env(name) && `${env(name)}/${subfolder}`),
  ].filter((folder): folder is string => Boolean(folder));
}

/** Opens the library once to read its version. */
function probe(path: string): OnednnLibrary | string {
  waitPassively();
  try {
    const library = Deno.dlopen(path, { dnnl_version: { parameters: [], result: "pointer" } });
    try {
      const fields = new Deno.UnsafePointerView(library.symbols.dnnl_version()!);
      const [major, minor, patch] = [0, 4, 8].map((offset) => fields.getInt32(offset));
      if (major === 3) return { path, version: `${major}.${minor}.${patch}` };
      return `${path} is oneDNN ${major}.${minor}.${patch}, expected 3.x`;
    } finally {
      library.close();
    }
  } catch (error) {
    return `${path} cannot be opened: ${(error as Error).message}`;
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function env(name: string): string | undefined {
  return Deno.env.get(name);
}
