/**
 * `deno task ok`: packages as they are locked, format, lint, types of `lib/`, `tests/` and the notebooks'
 * cells, unit tests (import order is one of them). `deno task test` (`--notebooks`): all that, the notebooks
 * through the kernel, and the browser. With `--coverage` either says which lines the unit tests reach, in
 * two to three times their time.
 */
import { dirname, join, relative } from "node:path";
import { exists } from "../files.ts";
import { projectRoot } from "../project.ts";
import { runTask, type Task } from "./arguments.ts";
import { runCommand } from "./environment.ts";
import { listNotebooks } from "./notebook.ts";
import { findTypeErrors } from "./notebook_cells.ts";
import { setUp } from "./setup.ts";

const task: Task = {
  name: "ok",
  does: "Checks format, lint and types, and runs the unit tests; `deno task test` is all of it.",
  options: {
    notebooks: { does: "the notebooks through the kernel and the browser, too" },
    coverage: { does: "says which lines the unit tests reach, in two to three times their time" },
  },
};

/** How many checks and tests ended which way, and the names of those that failed. */
export interface Tally {
  passed: number;
  skipped: number;
  failed: string[];
}

const nothing = (): Tally => ({ passed: 0, skipped: 0, failed: [] });

function add(total: Tally, { passed, skipped, failed }: Tally): void {
  total.passed += passed;
  total.skipped += skipped;
  total.failed.push(...failed);
}

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

/** The share of all lines covered, in per cent, from `deno coverage --lcov`; null without lines. */
export function lineCoverage(lcov: string): number | null {
  const sum = (key: string) =>
    [...lcov.matchAll(new RegExp(`^${key}:(\\d+)$`, "gm"))].reduce((n, [, m]) => n + Number(m), 0);
  const lines = sum("LF");
  return lines === 0 ? null : 100 * sum("LH") / lines;
}

/** What `deno fmt` looks at; the notebooks are a gate of their own. */
const formatted = [
  "lib",
  "tests",
  "deno.json",
  "README.md",
  ".github",
  ".vscode",
  ".devcontainer",
];

/** Which tests need a kernel, a browser or other programs in Python: `…_kernel_test.ts` and so on. */
export const isSlowTest = (path: string) => /_(kernel|browser|python)_test\.ts$/.test(path);

const color: Record<string, string> = Deno.stdout.isTerminal() ? {} : { NO_COLOR: "1" };

/** So many processes run tests at a time: most tests keep one core busy, and a notebook's training more. */
const atOnce = Math.min(2, navigator.hardwareConcurrency);

/** Files of one folder that a process takes, so that work is shared out evenly and starts are few. */
const filesPerProcess = 4;

/** Folders whose tests take longest, which begin, and the test that runs notebooks among the slow ones. */
const longest = [/\/notebooks_\d_/, /tests\/compute\//, /tests\/training\//, /tests\/models\//];

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
    if (fits && !isSlowTest(file)) job.push(file);
    else jobs.push([file]);
  }
  return jobs;
}

const verdict = ({ failed }: Tally) => failed.length === 0 ? "ok" : "FAILED";

/** "1 min 05 s", or "3.2 s". */
const since = (start: number) => {
  const seconds = (performance.now() - start) / 1000;
  return seconds < 60
    ? `${seconds.toFixed(1)} s`
    : `${Math.floor(seconds / 60)} min ${`${Math.floor(seconds % 60)}`.padStart(2, "0")} s`;
};

/** Runs this Deno with its output shown. */
async function deno(args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: projectRoot,
    env: color,
  })
    .spawn().status;
  return success;
}

/**
 * Whether formatting would change no notebook. Copies are formatted and compared, as `deno fmt --check`
 * (2.9) calls every TypeScript notebook unformatted that its cache does not know.
 */
async function formattedNotebooks(temporary: string): Promise<boolean> {
  await Deno.copyFile(join(projectRoot, "deno.json"), join(temporary, "deno.json"));
  const names = await listNotebooks(projectRoot);
  const original = (name: string) => join(projectRoot, "notebooks", `${name}.ipynb`);
  const copy = (name: string) => join(temporary, `${name}.ipynb`);
  for (const name of names) await Deno.copyFile(original(name), copy(name));
  const config = `--config=${join(temporary, "deno.json")}`;
  if (!await deno(["fmt", "--quiet", config, ...names.map(copy)])) return false;
  let formatted = true;
  for (const name of names) {
    const [before, after] = await Promise.all(
      [original(name), copy(name)].map((path) => Deno.readTextFile(path)),
    );
    if (before === after) continue;
    console.error(`${name}: not formatted; run deno fmt`);
    formatted = false;
  }
  return formatted;
}

async function testFiles(): Promise<string[]> {
  const files: string[] = [];
  const walk = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) await walk(join(folder, name));
      else if (name.endsWith("_test.ts")) files.push(relative(projectRoot, join(folder, name)));
    }
  };
  await walk(join(projectRoot, "tests"));
  return files.sort();
}

/** One process of tests; what it says is shown in one piece when it ends. */
async function runJob(files: string[], report: string, coverage: string | null): Promise<Tally> {
  const start = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
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
  const name = files.length === 1 ? files[0] : `${files[0]} and ${files.length - 1} more`;
  // A file that cannot be loaded, a crash, or a leak after the last test, fails without a failed case.
  if (!success && tally.failed.length === 0) tally.failed.push(`a process of tests: ${name}`);
  console.log(`${name}: ${verdict(tally)} (${since(start)})`);
  return tally;
}

/** Runs test files in processes of their own, `atOnce` at a time. */
async function runTests(files: string[], report: string, coverage: string | null): Promise<Tally> {
  const waiting = shareOut(files).entries();
  const total = nothing();
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const [i, job] of waiting) add(total, await runJob(job, `${report}${i}.xml`, coverage));
  }));
  return total;
}

async function checkCells(): Promise<boolean> {
  const names = await listNotebooks(projectRoot);
  const paths = names.map((name) => join(projectRoot, "notebooks", `${name}.ipynb`));
  const errors = await findTypeErrors(projectRoot, paths);
  for (const { notebook, cell, line, message } of errors) {
    console.error(`${notebook}, code cell ${cell}, line ${line}: ${message}`);
  }
  return errors.length === 0;
}

/**
 * Whether `deno.lock` is the one that git has. `deno task` adds to it what `deno.json` asks for before
 * any task begins, so that `--frozen` alone would find nothing changed. Passes where there is no git.
 */
async function lockAsCommitted(): Promise<boolean> {
  const { code } = await runCommand("git", ["diff", "--quiet", "--", "deno.lock"], {
    cwd: projectRoot,
  });
  if (code !== 1) return true;
  console.error("deno.lock has changed: a package differs. If that is meant, git add deno.lock");
  return false;
}

async function showCoverage(folder: string) {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["coverage", "--quiet", "--lcov", "--include=/lib/", folder],
    cwd: projectRoot,
    env: { NO_COLOR: "1" },
  }).output();
  const lcov = new TextDecoder().decode(stdout);
  for (const part of lcov.split("end_of_record")) {
    const file = part.match(/^SF:(.*)$/m)?.[1];
    const percent = lineCoverage(part);
    if (file && percent !== null && percent < 90) {
      console.log(`  ${relative(projectRoot, file)}: ${percent.toFixed(1)} %`);
    }
  }
  const all = lineCoverage(lcov);
  if (all !== null) console.log(`Lines of lib/ covered by unit tests: ${all.toFixed(1)} %`);
}

async function main(withNotebooks: boolean, withCoverage: boolean): Promise<number> {
  const total = nothing();
  const started = performance.now();
  const gate = async (name: string, check: () => Promise<boolean>) => {
    const start = performance.now();
    const tally = await check()
      ? { ...nothing(), passed: 1 }
      : { ...nothing(), failed: [`${name} (deno task ok)`] };
    console.log(`${name}: ${verdict(tally)} (${since(start)})`);
    add(total, tally);
  };
  const tests = async (name: string, files: string[], coverage: string | null) => {
    const start = performance.now();
    const tally = await runTests(files, join(temporary, name.replaceAll(" ", "_")), coverage);
    console.log(`${name}: ${verdict(tally)} (${since(start)})`);
    add(total, tally);
  };
  const temporary = await Deno.makeTempDir({ prefix: "vae_checks_" });
  try {
    // Before the unit tests too: the accelerator's are skipped where it is not installed.
    if (withNotebooks) await setUp();
    await gate("packages", lockAsCommitted);
    await gate(
      "format",
      () => deno(["fmt", "--check", "--quiet", ...formatted]),
    );
    await gate("notebooks' format", () => formattedNotebooks(temporary));
    await gate("lint", () => deno(["lint", "--quiet"]));
    await gate("types", () => deno(["check", "--quiet", "--frozen", "--doc", "lib", "tests"]));
    await gate("notebooks' types", checkCells);
    const files = await testFiles();
    const coverage = withCoverage ? join(temporary, "coverage") : null;
    await tests("unit tests", files.filter((file) => !isSlowTest(file)), coverage);
    if (coverage) await showCoverage(coverage);
    if (withNotebooks) {
      await tests("notebooks and browser", files.filter(isSlowTest), null);
    }
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
  console.log(`All of it took ${since(started)}.`);
  // Once more at the end, as what stands above is long.
  for (const name of total.failed) console.log(`FAILED: ${name}`);
  console.log(`${total.passed} passed, ${total.failed.length} failed, ${total.skipped} skipped`);
  return total.failed.length > 0 ? 1 : 0;
}

if (import.meta.main) {
  await runTask(
    task,
    ({ switches }) => main(switches.has("notebooks"), switches.has("coverage")),
  );
}
