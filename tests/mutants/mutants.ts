/**
 * `deno task mutants [--jobs=2] [pattern…]`: makes each fault of `mutations.txt`, one at a time, in a copy of
 * the project, and runs the tests that are to notice it. A pattern is a part of a file's name or of a text.
 *
 * Ends with an error where a fault that is not called harmless survives, or tests fail without any fault.
 */
import { join } from "node:path";
import { projectRoot } from "../../lib/project.ts";
import { type Arguments, runTask, type Task } from "../../lib/workbench/arguments.ts";
import { WorkbenchError } from "../../lib/workbench/environment.ts";
import { copyProject } from "../../lib/workbench/project_copy.ts";
import { type MutatedFile, mutatedFiles, type Mutation } from "./mutations.ts";

/** Without a fault tests take seconds to minutes; one that takes so many times as long has been noticed. */
const patience = 5, leastSeconds = 60;

/** `absent`: its text is not there once; `unsound`: tests fail without it. */
type Outcome = "killed" | "survived" | "harmless" | "absent" | "unsound";

/** The groups of the list with the mutations that a pattern names; all where there is none. */
function chosen(patterns: string[]): MutatedFile[] {
  const named = (file: string, { text }: Mutation) =>
    patterns.length === 0 ||
    patterns.some((pattern) => file.includes(pattern) || text.includes(pattern));
  return mutatedFiles
    .map((group) => ({ ...group, mutations: group.mutations.filter((m) => named(group.file, m)) }))
    .filter(({ mutations }) => mutations.length > 0);
}

/** Runs tests in a copy; how long they took, and what they said where one failed or time was up. */
async function runTests(folder: string, tests: string[], limit: number) {
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    // deno-fmt-ignore
    args: [
      "test", "-A", "--no-check", "--quiet", "--fail-fast",
      ...tests.map((test) => `tests/${test}_test.ts`),
    ],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, 1000 * limit);
  const { success, stdout, stderr } = await child.output();
  clearTimeout(timer);
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  const failed = said.match(/^(.*) \.\.\. FAILED/m)?.[1] ??
    (late ? "no end" : "a file that does not load");
  return { success, seconds: (performance.now() - start) / 1000, failed };
}

const oneLine = (text: string) => text.trim().replaceAll(/\s+/g, " ");
const describe = (file: string, { text, becomes }: Mutation) =>
  `lib/${file}: ${oneLine(text)}  →  ${oneLine(becomes) || "(nothing)"}`;

/** Makes one fault, runs the tests, and takes it back. */
async function tryMutation(folder: string, group: MutatedFile, mutation: Mutation, limit: number) {
  const { text, becomes, harmless } = mutation;
  const path = join(folder, "lib", group.file);
  const source = await Deno.readTextFile(path);
  const [before, after, ...more] = source.split(text);
  const what = describe(group.file, mutation);
  const tell = (outcome: Outcome, why: string) => {
    console.log(`${outcome.padEnd(8)} ${what}${why && `  [${why}]`}`);
    return outcome;
  };
  if (after === undefined || more.length > 0) return tell("absent", "its text is not there once");
  await Deno.writeTextFile(path, before + becomes + after);
  try {
    const { success, failed } = await runTests(folder, group.tests, limit);
    if (!success) return tell("killed", failed);
    return harmless ? tell("harmless", harmless) : tell("survived", group.tests.join(", "));
  } finally {
    await Deno.writeTextFile(path, source);
  }
}

/** Tries the groups that are waiting, in a copy of its own. */
async function work(
  waiting: Iterator<MutatedFile>,
  count: (outcome: Outcome) => void,
): Promise<void> {
  await using copy = await copyProject(projectRoot);
  for (let next = waiting.next(); !next.done; next = waiting.next()) {
    const group = next.value;
    const sound = await runTests(copy.folder, group.tests, 1800);
    if (!sound.success) {
      console.log(`unsound  lib/${group.file}: without any fault fails: ${sound.failed}`);
      count("unsound");
      continue;
    }
    const limit = Math.max(leastSeconds, patience * sound.seconds);
    for (const mutation of group.mutations) {
      count(await tryMutation(copy.folder, group, mutation, limit));
    }
  }
}

const task: Task = {
  name: "mutants",
  does: "Makes faults in a copy of lib/, one at a time, and says which no test notices.",
  options: { jobs: { value: "N", does: "how many at a time; 2 by default" } },
  names: "[part of a file or text]…",
};

async function tryAll({ values: { jobs = "2" }, names }: Arguments): Promise<number> {
  if (!/^[1-9]\d*$/.test(jobs)) {
    throw new WorkbenchError(`--jobs: expected an integer >= 1, got "${jobs}"`);
  }
  const start = performance.now();
  const counts = { killed: 0, survived: 0, harmless: 0, absent: 0, unsound: 0 };
  const waiting = chosen(names).values();
  await Promise.all(
    Array.from({ length: Number(jobs) }, () => work(waiting, (outcome) => counts[outcome]++)),
  );
  const { killed, survived, harmless, absent, unsound } = counts;
  const tried = killed + survived + harmless;
  const minutes = ((performance.now() - start) / 60_000).toFixed(1);
  console.log(
    `${tried} mutants in ${minutes} min: ${killed} killed, ${survived} survived, ` +
      `${harmless} survived and are harmless; ${absent} texts are absent, ` +
      `${unsound} files have tests that fail without any fault`,
  );
  return survived + absent + unsound > 0 || tried === 0 ? 1 : 0;
}

if (import.meta.main) await runTask(task, tryAll);
