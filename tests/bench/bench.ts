/**
 * `deno task bench` prints images per second of every engine, measured in turns within one run.
 *
 * Each engine has a process of its own per work; they take turns (A B A B …), so that a machine that
 * slows down slows all of them.
 */
import { digits } from "../../lib/data/digits.ts";
import { drawSet } from "../../lib/data/synthetic.ts";
import { argumentsOf } from "../../lib/workbench/arguments.ts";
import { measureBusy } from "./busy.ts";
import { EngineMissing, EngineProcess, killAll, type Launch } from "./engine_process.ts";
import { measureGrowth } from "./growth.ts";
import { ownLaunches, peerLaunches } from "./launches.ts";
import { machineLine, type Measured, toMarkdown, toResults } from "./report.ts";
import { type Work, works } from "./works.ts";

const { switches, values } = argumentsOf({
  name: "bench",
  does: "Images per second of every engine, in turns, as a table; progress goes to stderr.",
  options: {
    quick: { does: "a quarter of the images, two rounds" },
    peers: { does: "TensorFlow and PyTorch, too" },
    growth: { does: "draws how cost grows, into tests/bench/growth/" },
    busy: {
      does: "what our engines lose beside busy cores, and how fast synthetic digits are drawn",
    },
    json: { value: "FILE", does: "writes the rows, one a line" },
    engines: { value: "A,B", does: "these engines alone" },
    works: { value: "A,B", does: "these works alone" },
    rounds: { value: "N", does: "5 by default, 3 with --busy" },
    threads: { value: "N", does: "every core by default" },
  },
});
const quick = switches.has("quick");
const threads = Number(values.threads ?? navigator.hardwareConcurrency);
const rounds = Number(values.rounds ?? (quick ? 2 : 5));

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
  Math.max(work.batch, Math.floor(work.images / (quick ? 4 : 1) / work.batch) * work.batch);

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
  const peers = switches.has("peers") ? await peerLaunches(count, say) : [];
  return chosen(values.engines, [...peers, ...ownLaunches(count)], ({ engine }) => engine);
}

if (switches.has("busy")) {
  const engines = values.engines ?? "onednn,portable";
  const ours = chosen(engines, ownLaunches(threads), ({ engine }) => engine);
  const table = await measureBusy(ours, Number(values.rounds ?? 3), say);
  console.log(`${machineLine()}; ${threads} threads; a busy loop on each core\n\n${table}`);
  await drawSet(digits, "test", 500, 1);
  const start = performance.now();
  await drawSet(digits, "train", 2_000, 1);
  console.log(`\nSynthetic digits: ${(2e6 / (performance.now() - start)).toFixed(0)} a second`);
  Deno.exit(0);
}
const launches = await launchesWith(threads);
const wanted = chosen(values.works, works, ({ work }) => work);
const missing = new Map<string, string>();
const measured: Measured[] = [];
for (const work of wanted) measured.push(...await measure(work, launches, missing));
const results = toResults(measured);

const data = [...new Set(results.map((row) => row.data))].join(", ");
console.log(`${machineLine()}; ${threads} threads; median of ${rounds} rounds; data: ${data}\n`);
console.log(toMarkdown(results, wanted));
if (values.json) {
  await Deno.writeTextFile(values.json, results.map((row) => JSON.stringify(row) + "\n").join(""));
}
if (switches.has("growth")) await measureGrowth(launchesWith, threads, quick, say);
Deno.exit(0);
