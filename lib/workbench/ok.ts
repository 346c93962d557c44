/**
 * `deno task ok`: format, lint, types of `lib/`, `tests/` and the notebooks' cells, unit tests (import order is
 * one of them). `deno task test` (`--notebooks`): all that, the notebooks through the kernel, and the browser.
 */
import { join, relative } from "node:path";
import { exists, projectRoot, runTask } from "./environment.ts";
import { listNotebooks } from "./notebook.ts";
import { findTypeErrors } from "./notebook_cells.ts";
import { setUp } from "./setup.ts";

/** How many checks and tests ended which way. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** Counts the test cases of a JUnit report as `deno test --junit-path` writes it. */
export function tallyJunit(xml: string): Tally {
  const tally = { passed: 0, failed: 0, skipped: 0 };
  for (const [, inside = ""] of xml.matchAll(/<testcase\b[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    if (/<(failure|error)\b/.test(inside)) tally.failed++;
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

/** Which tests need a kernel or a browser: `…_kernel_test.ts` and `…_browser_test.ts`. */
export const isSlowTest = (path: string) => /_(kernel|browser)_test\.ts$/.test(path);

const color: Record<string, string> = Deno.stdout.isTerminal() ? {} : { NO_COLOR: "1" };

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

async function runTests(files: string[], report: string, coverage: string | null): Promise<Tally> {
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  const success = await deno([
    ...["test", "-A", "--no-check", `--junit-path=${report}`],
    ...(coverage ? [`--coverage=${coverage}`, "--coverage-raw-data-only"] : []),
    ...files,
  ]);
  const tally = await exists(report)
    ? tallyJunit(await Deno.readTextFile(report))
    : { passed: 0, failed: 0, skipped: 0 };
  // A file that cannot be loaded, or a leak after the last test, fails the run without a failed case.
  if (!success && tally.failed === 0) tally.failed = 1;
  return tally;
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

async function main(withNotebooks: boolean): Promise<number> {
  const total: Tally = { passed: 0, failed: 0, skipped: 0 };
  const add = (tally: Tally) => {
    total.passed += tally.passed;
    total.failed += tally.failed;
    total.skipped += tally.skipped;
  };
  const gate = async (name: string, check: Promise<boolean>) => {
    const passed = await check;
    console.log(`${name}: ${passed ? "ok" : "FAILED"}`);
    add({ passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 });
  };
  const temporary = await Deno.makeTempDir({ prefix: "vae_checks_" });
  try {
    // Before the unit tests too: the accelerator's are skipped where it is not installed.
    if (withNotebooks) await setUp();
    await gate(
      "format",
      deno(["fmt", "--check", "--quiet", "lib", "tests", "deno.json", "README.md"]),
    );
    await gate("notebooks' format", formattedNotebooks(temporary));
    await gate("lint", deno(["lint", "--quiet"]));
    await gate("types", deno(["check", "--quiet", "lib", "tests"]));
    await gate("notebooks' types", checkCells());
    const files = await testFiles();
    const coverage = withNotebooks ? join(temporary, "coverage") : null;
    add(await runTests(files.filter((f) => !isSlowTest(f)), join(temporary, "1.xml"), coverage));
    if (coverage) {
      await showCoverage(coverage);
      add(await runTests(files.filter(isSlowTest), join(temporary, "2.xml"), null));
    }
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed > 0 ? 1 : 0;
}

if (import.meta.main) await runTask(() => main(Deno.args.includes("--notebooks")));
