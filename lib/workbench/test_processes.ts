/** Test files as jobs, each in a process of its own, and how their cases ended. */
import { dirname } from "node:path";
import { exists } from "../files.ts";
import { projectRoot } from "../project.ts";
import { type Job, nothing, type Tally } from "./jobs.ts";

/** Counts the test cases of a JUnit report as `deno test --junit-path` writes it. */
export function tallyJunit(xml: string): Tally {
  const tally = nothing();
  const cases = /<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g;
  for (const [, attributes, inside = ""] of xml.matchAll(cases)) {
    const name = attributes.match(/\bname="([^"]*)"/)?.[1] ?? "a test without a name";
    if (/<(failure|error)\b/.test(inside)) tally.failed.push(name);
    else if (/<skipped\b/.test(inside)) tally.skipped++;
    else tally.passed++;
  }
  return tally;
}

/** Colour where somebody looks on, plain text in a log. */
export const color: Record<string, string> = Deno.stdout.isTerminal() ? {} : { NO_COLOR: "1" };

/** Which tests need a kernel, a browser or other programs in Python: `…_kernel_test.ts` and so on. */
export const isSlowTest = (path: string) => /_(kernel|browser|python)_test\.ts$/.test(path);

/** Files of one folder that a process takes, so that work is shared out evenly and starts are few. */
const filesPerProcess = 6;

/** What takes longest begins, so that no process works alone at the end. */
const longest = [
  /\/notebooks_\d_/,
  /\/reader_/,
  /\/explorer_.*browser_/,
  /tests\/(training|compute|models)\//,
  /\/(lab|execute|page)_(browser|kernel)_/,
  /_(kernel|browser|python)_test/,
];

/** Test files as the processes take them, the longest first; a slow test has a process to itself. */
export function shareOut(files: readonly string[]): string[][] {
  const rank = (file: string) => {
    const place = longest.findIndex((part) => part.test(file));
    return place < 0 ? longest.length : place;
  };
  const sorted = files.map((file) => file.replaceAll("\\", "/"))
    .toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const jobs: string[][] = [];
  for (const file of sorted) {
    const job = jobs.at(-1);
    const fits = job && dirname(job[0]) === dirname(file) && job.length < filesPerProcess;
    if (fits && ![job[0], file].some(isSlowTest)) job.push(file);
    else jobs.push([file]);
  }
  return jobs;
}

/** How a process of tests ended, and what its report counts. */
interface Ended {
  success: boolean;
  /** Killed, or crashed. */
  bySignal: boolean;
  tally: Tally;
}

/** One process of tests; what it says is shown in one piece when it ends. */
async function testProcess(
  files: string[],
  report: string,
  coverage: string | null,
): Promise<Ended> {
  const { success, signal, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "-A",
      "--frozen",
      "--no-check",
      `--junit-path=${report}`,
      ...(coverage ? [`--coverage=${coverage}`, "--coverage-raw-data-only"] : []),
      ...files,
    ],
    cwd: projectRoot,
    env: color,
  }).output();
  await Deno.stdout.write(stdout);
  await Deno.stderr.write(stderr);
  const tally = await exists(report) ? tallyJunit(await Deno.readTextFile(report)) : nothing();
  return { success, bySignal: signal !== null, tally };
}

/**
 * Runs a process of tests; once more where it dies of a signal when all its tests have passed. Mesa's software
 * adapter, which the tests of WebGPU use where there is no GPU, now and then does that: its LLVM is unloaded
 * while a thread that used it still ends. What dies twice fails.
 */
export async function twiceIfItDies(run: () => Promise<Ended>, name: string): Promise<Tally> {
  let ended = await run();
  const passed = ({ tally }: Ended) => tally.failed.length === 0 && tally.passed > 0;
  if (ended.bySignal && passed(ended)) {
    console.log(`${name}: all passed, then the process died as it ended; once more`);
    ended = await run();
  }
  const { success, tally } = ended;
  // A file that cannot be loaded, a crash, or a leak after the last test, fails without a failed case.
  return success || tally.failed.length > 0
    ? tally
    : { ...tally, failed: [`a process of tests: ${name}`] };
}

/**
 * The jobs that run test files. Reports of how they ended are written as `reports` with a number.
 *
 * @param coverage the folder that hears which lines are reached; null: nobody asks
 */
export function testJobs(files: string[], reports: string, coverage: string | null): Job[] {
  return shareOut(files).map((job, i) => {
    const name = job.length === 1 ? job[0] : `${job[0]} and ${job.length - 1} more`;
    const run = () => testProcess(job, `${reports}${i}.xml`, isSlowTest(job[0]) ? null : coverage);
    return { name, run: () => twiceIfItDies(run, name) };
  });
}
