/**
 * `deno task bench [--quick] [--peers] [--growth] [--busy] [--json FILE] [--engines a,b] [--works a,b]
 * [--rounds N] [--threads N]` prints images per second of every engine, measured in turns within one run.
 *
 * Each engine has a process of its own per work; they take turns (A B A B …), so that a machine that
 * slows down slows all of them. `--peers` adds TensorFlow and PyTorch, `--growth` draws how cost grows
 * into tests/bench/growth/. `--busy` measures something else: what our engines lose beside busy cores,
 * and how fast the synthetic digits are drawn.
 */
import { parseArgs } from "node:util";
import { drawDigits } from "../../lib/data/synthetic_digits.ts";
import { measureBusy } from "./busy.ts";
import { EngineMissing, EngineProcess, killAll, type Launch } from "./engine_process.ts";
import { measureGrowth } from "./growth.ts";
import { ownLaunches, peerLaunches } from "./launches.ts";
import { machineLine, type Measured, toMarkdown, toResults } from "./report.ts";
import { type Work, works } from "./works.ts";

const { values: options } = parseArgs({
  args: Deno.args,
  options: {
    quick: { type: "boolean", default: false },
    peers: { type: "boolean", default: false },
    growth: { type: "boolean", default: false },
    busy: { type: "boolean", default: false },
    json: { type: "string" },
    engines: { type: "string" },
    works: { type: "string" },
    rounds: { type: "string" },
    threads: { type: "string", default: String(navigator.hardwareConcurrency) },
  },
});
const threads = Number(options.threads);
const rounds = Number(options.rounds ?? (options.quick ? 2 : 5));

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  if (Deno.build.os === "windows" && signal === "SIGTERM") continue;
  Deno.addSignalListener(signal, async () => {
    await killAll();
    Deno.exit(130);
  });
}

/** Progress goes to stderr, so that stdout is the report. */
const say = (line: string) => console.error(line);

function chosen<Item>(wish: string | undefined, items: Item[], nameOf: (item: Item) => string) {
  if (!wish) return items;
  const wanted = wish.split(",");
  const unknown = wanted.find((name) => !items.some((item) => nameOf(item) === name));
  if (unknown) throw new Error(`expected one of ${items.map(nameOf).join(", ")}, got ${unknown}`);
  return items.filter((item) => wanted.includes(nameOf(item)));
}

async function startAll(launches: Launch[], missing: Map<string, string>) {
  const processes: EngineProcess[] = [];
  for (const launch of launches) {
    if (missing.has(launch.engine)) continue;
    try {
      processes.push(await EngineProcess.start(launch));
    } catch (error) {
      if (!(error instanceof EngineMissing)) throw error;
      missing.set(launch.engine, error.message);
      say(`${launch.engine}: left out: ${error.message}`);
    }
  }
  return processes;
}

/** A share of the full number of images, still a multiple of the batch. */
const share = (work: Work) =>
  Math.max(work.batch, Math.floor(work.images / (options.quick ? 4 : 1) / work.batch) * work.batch);

async function measure(work: Work, launches: Launch[], missing: Map<string, string>) {
  const processes = await startAll(launches, missing);
  const measured = processes.map(({ engine }): Measured => ({ engine, work, rounds: [] }));
  const failed = new Set<EngineProcess>();
  for (let round = 0; round < rounds; round++) {
    for (const [i, process] of processes.entries()) {
      // One round of stock tfjs is enough to see its order of magnitude.
      if (failed.has(process) || (process.engine === "cpu" && round > 0)) continue;
      const images = process.engine === "cpu" ? work.imagesOnStock : share(work);
      try {
        const row = await process.measure({ work: work.work, batch: work.batch, images });
        measured[i].rounds.push(row);
        const rate = row.imagesPerSecond.toFixed(0);
        say(
          `${work.title}, batch ${work.batch}, round ${
            round + 1
          }: ${process.engine} ${rate} images/s`,
        );
      } catch (error) {
        failed.add(process);
        say(`${work.title}: ${process.engine} failed: ${(error as Error).message}`);
      }
    }
  }
  for (const process of processes) await process.close();
  return measured;
}

async function launchesWith(count: number): Promise<Launch[]> {
  const peers = options.peers ? await peerLaunches(count, say) : [];
  return chosen(options.engines, [...peers, ...ownLaunches(count)], ({ engine }) => engine);
}

if (options.busy) {
  const engines = options.engines ?? "onednn,portable";
  const ours = chosen(engines, ownLaunches(threads), ({ engine }) => engine);
  const table = await measureBusy(ours, Number(options.rounds ?? 3), say);
  console.log(`${machineLine()}; ${threads} threads; a busy loop on each core\n\n${table}`);
  await drawDigits("test", 500, 1);
  const start = performance.now();
  await drawDigits("train", 2_000, 1);
  console.log(`\nSynthetic digits: ${(2e6 / (performance.now() - start)).toFixed(0)} a second`);
  Deno.exit(0);
}
const launches = await launchesWith(threads);
const wanted = chosen(options.works, works, ({ work }) => work);
const missing = new Map<string, string>();
const measured: Measured[] = [];
for (const work of wanted) measured.push(...await measure(work, launches, missing));
const results = toResults(measured);

const data = [...new Set(results.map((row) => row.data))].join(", ");
console.log(`${machineLine()}; ${threads} threads; median of ${rounds} rounds; data: ${data}\n`);
console.log(toMarkdown(results, wanted));
if (options.json) {
  await Deno.writeTextFile(options.json, results.map((row) => JSON.stringify(row) + "\n").join(""));
}
if (options.growth) await measureGrowth(launchesWith, threads, options.quick, say);
Deno.exit(0);
