/** What training and encoding lose beside programs that keep every core busy. */
import { EngineMissing, EngineProcess, type Launch } from "./engine_process.ts";
import { engineTitles, median } from "./report.ts";
import type { Request } from "./works.ts";

interface Case {
  title: string;
  request: Request;
}

const cases: Case[] = [
  {
    title: "CVAE training, in this thread",
    request: { work: "cvae-train", batch: 32, images: 1_600, workers: 1 },
  },
  {
    title: "CVAE training, 2 workers",
    request: { work: "cvae-train", batch: 32, images: 1_600, workers: 2 },
  },
  {
    title: "evaluation, in this thread",
    request: { work: "cvae-eval", batch: 32, images: 2_000, workers: 1 },
  },
  { title: "encodeAll()", request: { work: "cvae-encode", batch: 500, images: 4_000 } },
];

/** Keeps every core busy until it is disposed of. */
function busyCores(): Disposable {
  const loops = Array.from(
    { length: navigator.hardwareConcurrency },
    () =>
      new Deno.Command(Deno.execPath(), {
        args: ["eval", "for (;;);"],
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn(),
  );
  const end = () => loops.forEach((loop) => loop.kill("SIGKILL"));
  // Whoever interrupts the bench gets the cores back.
  globalThis.addEventListener("unload", end);
  return {
    [Symbol.dispose]() {
      globalThis.removeEventListener("unload", end);
      end();
    },
  };
}

/**
 * Measures each case alone and beside a busy loop on each core, in turns.
 *
 * @returns a Markdown table: medians of images/s, and how many times slower the busy machine is
 */
export async function measureBusy(
  launches: Launch[],
  rounds: number,
  say: (line: string) => void,
): Promise<string> {
  const lines = ["| work | engine | alone | beside | times slower |", "|---|---|---:|---:|---:|"];
  for (const launch of launches) {
    let process: EngineProcess;
    try {
      process = await EngineProcess.start(launch);
    } catch (error) {
      if (!(error instanceof EngineMissing)) throw error;
      continue;
    }
    for (const { title, request } of cases) {
      const alone: number[] = [], beside: number[] = [];
      for (let round = 0; round < rounds; round++) {
        alone.push((await process.measure(request)).imagesPerSecond);
        using _ = busyCores();
        beside.push((await process.measure(request)).imagesPerSecond);
        say(
          `busy: ${title}, ${launch.engine}: ${alone[round].toFixed(0)} alone, ` +
            `${beside[round].toFixed(0)} beside`,
        );
      }
      const [quiet, busy] = [median(alone), median(beside)];
      const cells = [title, engineTitles[launch.engine], quiet.toFixed(0), busy.toFixed(0)];
      lines.push(`| ${cells.join(" | ")} | ${(quiet / busy).toFixed(1)} |`);
    }
    await process.close();
  }
  return lines.join("\n");
}
