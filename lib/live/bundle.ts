/**
 * The page's two scripts: its own, and its worker's, which is `lib/` with tfjs. `deno bundle` makes them, and
 * fetches its bundler from npm the first time.
 */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { projectRoot } from "../project.ts";

/** What no page reaches: the engine of native code, trials that are kept on a disk, a heap for several threads. */
const leftOut = ["*/onednn.ts", "*/library.ts", "*/remembered_trial.ts", "*/shared_wasm.ts"];

/** The scripts by what they are. */
export interface Scripts {
  page: string;
  worker: string;
}

/** Bundles both; some seconds. @throws Error with what the bundler said */
export async function bundleScripts(): Promise<Scripts> {
  const room = join(projectRoot, "lib", "live");
  const out = await Deno.makeTempDir({ prefix: "vae_bundle_" });
  try {
    const entries = { page: join(room, "page", "start.ts"), worker: join(room, "worker.ts") };
    // One after the other: a second entry would be put into a file of its own, beside shared parts.
    for (const [name, entry] of Object.entries(entries)) await bundle(entry, join(out, name));
    const read = (name: string) => Deno.readTextFile(join(out, name));
    return { page: await read("page"), worker: await read("worker") };
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}

async function bundle(entry: string, target: string): Promise<void> {
  const external = leftOut.flatMap((name) => ["--external", name]);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    // deno-fmt-ignore
    args: ["bundle", "--quiet", "--platform", "browser", "--format", "iife", "--minify", ...external,
      "--output", target, entry],
    cwd: projectRoot,
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return;
  const said = new TextDecoder().decode(stderr).trim();
  throw new Error(
    `The page that trains could not be bundled (\`deno bundle\` needs a network the first time): ${said}`,
  );
}

/** Bytes as the page unpacks them: deflated, in base64. */
export function pack(bytes: Uint8Array | string): string {
  const plain = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  return Buffer.from(deflateRawSync(plain, { level: 9 })).toString("base64");
}
