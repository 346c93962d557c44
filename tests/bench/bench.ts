/**
 * `deno task bench` prints images per second of every engine, measured in turns within one run.
 *
 * Each engine has a process of its own per work; they take turns (A B A B …), so that a machine that
 * slows down slows all of them.
 */
import { useBackend } from "../../lib/compute/backend.ts";
import { digits } from "../../lib/data/digits.ts";
import { drawSet } from "../../lib/data/synthetic.ts";
import { argumentsOf } from "../../lib/workbench/arguments.ts";
import { measureBusy } from "./busy.ts";
import { EngineMissing, EngineProcess, killAll, type Launch } from "./engine_process.ts";
import { measureGrowth } from "./growth.ts";
import { ownLaunches, peerLaunches, peerPython } from "./launches.ts";
import { featuresLine, machineLine, readCpuinfo, sgemmRate } from "./machine.ts";
import {
  engineTitles,
  type Limit,
  type Measured,
  median,
  toMarkdown,
  toResults,
} from "./report.ts";
import { type Work, works } from "./works.ts";

const { switches, values } = argumentsOf({
  name: "bench",
  does: "Images per second of every engine, in turns, as a table; progress goes to stderr.",
  options: {
    quick: { does: "a quarter of the images, two rounds" },
    peers: { does: "TensorFlow, PyTorch and JAX, too, and the limit that sgemm sets" },
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

/** What was left out, and why. */
const leftOut = new Set<string>();
function leaveOut(what: string, why: string) {
  leftOut.add(`${what}: ${why}`);
  say(`${what}: left out: ${why}`);
}

async function startAll(launches: Launch[], missing: Set<string>) {
  const processes: EngineProcess[] = [];
  for (const launch of launches) {
    if (missing.has(launch.engine)) continue;
    try {
      processes.push(await EngineProcess.start(launch));
    } catch (error) {
      if (!(error instanceof EngineMissing)) throw error;
      missing.add(launch.engine);
      leaveOut(engineTitles[launch.engine], error.message);
    }
  }
  return processes;
}

/** A share of the full number of images, still a multiple of the batch. */
const share = (work: Work) =>
  Math.max(work.batch, Math.floor(work.images / (quick ? 4 : 1) / work.batch) * work.batch);

/** @param python measures the limit in each round; null where nobody asks for it */
async function measure(
  work: Work,
  launches: Launch[],
  missing: Set<string>,
  python: string | null,
): Promise<{ measured: Measured[]; limit: Limit }> {
  const processes = await startAll(launches, missing);
  const measured = processes.map(({ engine }): Measured => ({ engine, work, rounds: [] }));
  const limit: Limit = { work, flops: [] };
  const failed = new Set<EngineProcess>();
  const title = `${work.title}, batch ${work.batch}`;
  for (let round = 0; round < rounds; round++) {
    if (python) limit.flops.push(await sgemmRate(python, threads));
    for (const [i, process] of processes.entries()) {
      // One round of stock tfjs is enough to see its order of magnitude.
      if (failed.has(process) || (process.engine === "cpu" && round > 0)) continue;
      const images = process.engine === "cpu" ? work.imagesOnStock : share(work);
      try {
        const row = await process.measure({ work: work.work, batch: work.batch, images });
        measured[i].rounds.push(row);
        const rate = row.imagesPerSecond.toFixed(0);
        say(`${title}, round ${round + 1}: ${process.engine} ${rate} images/s`);
      } catch (error) {
        failed.add(process);
        leaveOut(`${engineTitles[process.engine]}, ${title}`, (error as Error).message);
      }
    }
  }
  for (const process of processes) await process.close();
  return { measured, limit };
}

const python = switches.has("peers") && !switches.has("busy") ? await peerPython(say) : null;

function launchesWith(count: number): Launch[] {
  const others = python ? peerLaunches(python, count) : [];
  return chosen(values.engines, [...others, ...ownLaunches(count)], ({ engine }) => engine);
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
const launches = launchesWith(threads);
const wanted = chosen(values.works, works, ({ work }) => work);
const missing = new Set<string>();
const measured: Measured[] = [], limits: Limit[] = [];
for (const work of wanted) {
  const part = await measure(work, launches, missing, python);
  measured.push(...part.measured);
  limits.push(part.limit);
}
// Operations are counted on models, which are built here; tfjs's own backend has a banner.
await useBackend({ engine: "portable", threads: 1 });
const results = toResults(measured, limits);

const data = [...new Set(results.map((row) => row.data))].join(", ");
const flops = limits.flatMap((limit) => limit.flops);
const features = featuresLine(threads, await readCpuinfo());
console.log(`${machineLine()}; median of ${rounds} rounds; data: ${data}`);
console.log(
  `What matters of it: ${features}` +
    (flops.length > 0 ? `; sgemm ${(median(flops) / 1e9).toFixed(0)} GFLOP/s, the limit` : ""),
);
console.log(`\n${toMarkdown(results, wanted)}`);
if (leftOut.size > 0) {
  console.log(`\nLeft out:\n\n${[...leftOut].map((one) => `- ${one}`).join("\n")}`);
}
if (values.json) {
  await Deno.writeTextFile(values.json, results.map((row) => JSON.stringify(row) + "\n").join(""));
}
if (switches.has("growth")) await measureGrowth(launchesWith, threads, quick, say);
Deno.exit(0);
