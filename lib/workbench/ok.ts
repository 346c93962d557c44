/**
 * `deno task ok`: packages as they are locked, format, lint, types of `lib/`, `tests/` and the notebooks'
 * cells, unit tests (import order is one of them). `deno task test` (`--notebooks`): all that, the notebooks
 * through the kernel, and the browser. With `--coverage` either says which lines the unit tests reach, in
 * two to three times their time.
 */
import { join, relative } from "node:path";
import { projectRoot } from "../project.ts";
import { runTask, type Task } from "./arguments.ts";
import { runCommand } from "./environment.ts";
import { listNotebooks } from "./notebook.ts";
import { findTypeErrors } from "./notebook_cells.ts";
import { type Job, nothing, runJobs, since } from "./jobs.ts";
import { setUp } from "./setup.ts";
import { color, isSlowTest, testJobs } from "./test_processes.ts";

const task: Task = {
  name: "ok",
  does: "Checks format, lint and types, and runs the unit tests; `deno task test` is all of it.",
  options: {
    notebooks: { does: "the notebooks through the kernel and the browser, too" },
    coverage: { does: "says which lines the unit tests reach, in two to three times their time" },
  },
};

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

/** Runs this Deno; what it says is shown in one piece, as other jobs run beside it. */
async function deno(args: string[]): Promise<boolean> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: projectRoot,
    env: color,
  }).output();
  await Deno.stdout.write(stdout);
  await Deno.stderr.write(stderr);
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

/** A check as a job; it counts as one test. */
const gate = (name: string, check: () => Promise<boolean>): Job => ({
  name,
  run: async () =>
    await check()
      ? { ...nothing(), passed: 1 }
      : { ...nothing(), failed: [`${name} (deno task ok)`] },
});

async function main(withNotebooks: boolean, withCoverage: boolean): Promise<number> {
  const started = performance.now();
  const temporary = await Deno.makeTempDir({ prefix: "vae_checks_" });
  const coverage = withCoverage ? join(temporary, "coverage") : null;
  try {
    const files = (await testFiles()).filter((file) => withNotebooks || !isSlowTest(file));
    const environment = withNotebooks ? setUp() : null;
    // Tests wait for it: the accelerator's are skipped where it is not installed.
    const tests = testJobs(files, join(temporary, "tests"), coverage)
      .map(({ name, run }) => ({ name, run: async () => (await environment, run()) }));
    const checked = runJobs([
      gate("packages", lockAsCommitted),
      gate("format", () => deno(["fmt", "--check", "--quiet", ...formatted])),
      gate("notebooks' format", () => formattedNotebooks(temporary)),
      gate("lint", () => deno(["lint", "--quiet"])),
      gate("types", () => deno(["check", "--quiet", "--frozen", "--doc", "lib", "tests"])),
      gate("notebooks' types", checkCells),
      ...tests,
    ]);
    const [{ passed, failed, skipped }] = await Promise.all([checked, environment]);
    if (coverage) await showCoverage(coverage);
    console.log(`All of it took ${since(started)}.`);
    // Once more at the end, as what stands above is long.
    for (const name of failed) console.log(`FAILED: ${name}`);
    console.log(`${passed} passed, ${failed.length} failed, ${skipped} skipped`);
    return failed.length > 0 ? 1 : 0;
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

if (import.meta.main) {
  await runTask(
    task,
    ({ switches }) => main(switches.has("notebooks"), switches.has("coverage")),
  );
}
