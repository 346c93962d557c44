/** What each task may do: what its flags in `deno.json` say, and never all. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { setVariables } from "../../lib/data/public_sets/variables.ts";
import { projectRoot } from "../../lib/project.ts";

const { tasks }: { tasks: Record<string, string> } = JSON.parse(
  await Deno.readTextFile(join(projectRoot, "deno.json")),
);

Deno.test("no task has all permissions", () => {
  assert.equal(Object.keys(tasks).length, 12);
  for (const [name, command] of Object.entries(tasks)) {
    assert.match(command, /^deno run -R/, name);
    assert.doesNotMatch(command, /(^| )(-A|--allow-all)( |$)/, name);
  }
});

Deno.test("tasks that start kernels may read where the image sets are, and the lab no other variable", () => {
  const variables = Object.values(setVariables).join(",");
  for (const name of ["setup", "lab"]) assert.ok(tasks[name].includes(` -E=${variables} `), name);
});

/** Who starts a program of Deno's with all permissions, and why. */
const allowAll: Record<string, string> = {
  "lib/workbench/test_processes.ts": "tests start programs, load libraries and read /proc",
  "tests/mutants/mutants.ts": "the same tests",
  "tests/bench/launches.ts": "an engine's process reads its own memory in /proc",
};

async function filesWith(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(projectRoot, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await filesWith(path, text));
    else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) {
      if ((await Deno.readTextFile(join(projectRoot, path))).includes(text)) found.push(path);
    }
  }
  return found;
}

Deno.test("what tasks start has all permissions only where the list says why", async () => {
  const found = [...await filesWith("lib", '"-A"'), ...await filesWith("tests", '"-A"')];
  assert.deepEqual(found.toSorted(), Object.keys(allowAll).toSorted());
});
