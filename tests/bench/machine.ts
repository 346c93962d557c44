/** The machine that a table is about, and its limit. */
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { runCommand } from "../../lib/workbench/environment.ts";

/** "AMD EPYC, 2 cores, 23 GiB, linux x86_64, 2026-11-21". */
export function machineLine(): string {
  const model = cpus()[0]?.model.trim() || "unknown CPU";
  const { os, arch } = Deno.build;
  const memory = Math.round(totalmem() / 2 ** 30);
  const date = new Date().toISOString().slice(0, 10);
  return `${model}, ${cpus().length} cores, ${memory} GiB, ${os} ${arch}, ${date}`;
}

/** Instructions by which the same code is fast or slow, as Linux's kernel spells them. */
const instructions = { avx2: "AVX2", avx512f: "AVX-512" };

/**
 * What decides the numbers of a processor: "AVX2, no AVX-512, 2 threads".
 *
 * @param cpuinfo the text of /proc/cpuinfo; null where there is none
 */
export function featuresLine(threads: number, cpuinfo: string | null): string {
  const flags = cpuinfo?.match(/^flags\s*:(.*)$/m)?.[1].split(" ");
  const has = flags
    ? Object.entries(instructions).map(([flag, name]) => flags.includes(flag) ? name : `no ${name}`)
    : ["instructions not known here"];
  return [...has, `${threads} ${threads === 1 ? "thread" : "threads"}`].join(", ");
}

/** /proc/cpuinfo, or null where a system has none. Deno itself reads in /proc with all permissions only. */
export async function readCpuinfo(): Promise<string | null> {
  const { code, stdout } = await runCommand("cat", ["/proc/cpuinfo"]);
  return code === 0 ? stdout : null;
}

/**
 * Floating-point operations a second of numpy's sgemm.
 *
 * @throws Error where this Python has no numpy
 */
export async function sgemmRate(python: string, threads: number): Promise<number> {
  const script = fileURLToPath(new URL("./sgemm.py", import.meta.url));
  const { code, stdout, stderr } = await runCommand(python, [script, String(threads)]);
  if (code !== 0) throw new Error(stderr.trim().split("\n").at(-1));
  return 1e9 * Number(stdout);
}
