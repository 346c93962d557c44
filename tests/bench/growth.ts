/** How cost grows: CVAE training against batch size, filters and threads, as figures. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { figurePng } from "../../lib/visuals/charts/figure.ts";
import { curves, type Series } from "../../lib/visuals/charts/plots_curves.ts";
import { EngineMissing, EngineProcess, type Launch } from "./engine_process.ts";
import { machineLine } from "./machine.ts";
import { engineTitles, median } from "./report.ts";
import type { BenchEngine, Request } from "./works.ts";

const folder = fileURLToPath(new URL("./growth", import.meta.url));

/** A round's images: enough for a second or two, and a multiple of the batch. */
const request = (batch: number, images: number, filters?: number[]): Request => ({
  work: "cvae-train",
  batch,
  images: Math.max(1, Math.round(images / batch)) * batch,
  filters,
});

/** Not what is fastest, but what is used; stock tfjs is left out. */
const drawn: BenchEngine[] = ["tensorflow", "pytorch", "onednn", "portable", "webgpu"];

interface Setting {
  x: number;
  request: Request;
}

/**
 * Measures and writes `batch_size.png`, `filters.png` and `threads.png` into tests/bench/growth/.
 *
 * @param launches starts the engines with a number of threads
 */
export async function measureGrowth(
  launches: (threads: number) => Launch[],
  threads: number,
  quick: boolean,
  say: (line: string) => void,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const images = quick ? 1_600 : 6_400, rounds = quick ? 3 : 5;
  const engines = launches(threads).filter(({ engine }) => drawn.includes(engine));

  const batches = [8, 16, 32, 64, 128, 256].map((x) => ({ x, request: request(x, images) }));
  const filters = [8, 16, 32, 64].map((x) => ({ x, request: request(32, images, [x, 2 * x]) }));
  const byBatch = await inTurns(engines, batches, rounds, say);
  await write("batch_size", "Images per second by batch size", "images in a batch", byBatch);
  const byFilters = await inTurns(engines, filters, rounds, say);
  const label = "filters of the first convolution (the second has twice as many)";
  await write("filters", "Images per second by width, batch 32", label, byFilters);

  const byThreads = new Map<string, Series>();
  for (let count = 1; count <= threads; count++) {
    const some = launches(count).filter(({ engine }) => drawn.includes(engine));
    const setting = { x: count, request: request(32, images) };
    for (const one of await inTurns(some, [setting], rounds, say)) {
      const known = byThreads.get(one.label);
      byThreads.set(one.label, { ...one, points: [...(known?.points ?? []), ...one.points] });
    }
  }
  const lines = [...byThreads.values()];
  await write("threads", "Images per second by threads, batch 32", "threads", lines, "linear");
}

/** A curve per engine; every setting is measured by all of them in turns. */
async function inTurns(
  launches: Launch[],
  settings: Setting[],
  rounds: number,
  say: (line: string) => void,
): Promise<Series[]> {
  const processes: EngineProcess[] = [];
  for (const launch of launches) {
    try {
      processes.push(await EngineProcess.start(launch));
    } catch (error) {
      if (!(error instanceof EngineMissing)) throw error;
    }
  }
  const rates = processes.map(() => settings.map((): number[] => []));
  for (const [j, { x, request }] of settings.entries()) {
    for (let round = 0; round < rounds; round++) {
      for (const [i, process] of processes.entries()) {
        const { imagesPerSecond } = await process.measure(request);
        rates[i][j].push(imagesPerSecond);
        say(`growth, ${x}: ${process.engine} ${imagesPerSecond.toFixed(0)} images/s`);
      }
    }
  }
  for (const process of processes) await process.close();
  return processes.map(({ engine }, i) => ({
    label: engineTitles[engine],
    points: settings.map(({ x }, j) => ({ x, y: median(rates[i][j]) })),
  }));
}

async function write(
  name: string,
  title: string,
  xLabel: string,
  series: Series[],
  xScale: "log" | "linear" = "log",
): Promise<void> {
  const figure = curves(series, {
    title,
    xLabel,
    yLabel: "images/s",
    xScale,
    fromZero: true,
    note: `Convolutional VAE, training, ${machineLine()}`,
  });
  await Deno.writeFile(join(folder, `${name}.png`), figurePng(figure));
}
