/** Which engines take part, and how each is started. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exists } from "../../lib/files.ts";
import { environmentPaths, runCommand } from "../../lib/workbench/environment.ts";
import type { Launch } from "./engine_process.ts";
import type { BenchEngine } from "./works.ts";

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const environment = fileURLToPath(new URL("../../data/bench-env", import.meta.url));
const tensorflow = "tensorflow==2.21.0";

/** Our engines, stock tfjs among them. What is not on this machine says so when it is started. */
export function ownLaunches(threads: number): Launch[] {
  return (["onednn", "portable", "webgpu", "cpu"] as const).map((engine) => ({
    engine,
    program: Deno.execPath(),
    args: ["run", "-A", "--quiet", file("./engine_worker.ts"), engine, String(threads)],
  }));
}

/**
 * The Python that peers run in, unless a variable names another one for them.
 *
 * @throws Error where there is no Python with TensorFlow and none can be made
 */
export const peerPython = async (say: (line: string) => void): Promise<string> =>
  Deno.env.get("BENCH_PYTHON") ?? await ownPython(say);

/** Each peer as it is used, and as it is fastest. What its Python does not have says so when it is started. */
export function peerLaunches(python: string, threads: number): Launch[] {
  const peer = (engine: BenchEngine, script: string, variable: string): Launch => ({
    engine,
    program: Deno.env.get(variable) ?? python,
    args: ["-W", "ignore", "-B", file(script), "--threads", String(threads), "--engine", engine],
  });
  return [
    peer("tensorflow", "./peer_tensorflow.py", "BENCH_PYTHON"),
    peer("tensorflow-graph", "./peer_tensorflow.py", "BENCH_PYTHON"),
    peer("pytorch", "./peer_pytorch.py", "BENCH_PYTORCH"),
    peer("pytorch-compiled", "./peer_pytorch.py", "BENCH_PYTORCH"),
    peer("jax", "./peer_jax.py", "BENCH_JAX"),
  ];
}

/** The Python of data/bench-env, which is made where it is missing: TensorFlow takes 2 GB there. */
async function ownPython(say: (line: string) => void): Promise<string> {
  const { python } = environmentPaths("", Deno.build.os);
  const ours = join(environment, python.replace(/^\.venv[/\\]/, ""));
  if (await exists(ours)) {
    if ((await runCommand(ours, ["-c", "import tensorflow"])).code === 0) return ours;
  }
  say(`Installing ${tensorflow} into data/bench-env (BENCH_PYTHON names another Python) …`);
  const commands = [["python3", "-m", "venv", environment], [
    ours,
    "-m",
    "pip",
    "install",
    tensorflow,
  ]];
  for (const [program, ...args] of commands) {
    const { code, stderr } = await runCommand(program, args);
    if (code !== 0) {
      throw new Error(`Cannot make data/bench-env: ${program} ${args.join(" ")}: ${stderr.trim()}`);
    }
  }
  return ours;
}
