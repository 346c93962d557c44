/** Readers run cells again, after a change, after a Stop, after a restart: the page must stay true. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectRoot } from "../../lib/project.ts";
import { environmentPaths, jupyterVariables } from "../../lib/workbench/environment.ts";
import { copyProject } from "../../lib/workbench/project_copy.ts";
import { setUp } from "../../lib/workbench/setup.ts";

interface Shown {
  lines: string[];
  displays: string[];
  errors: string[];
  status: string;
}
interface Run {
  training: Shown;
  errors: string[];
  aborted: number;
}

/** The tutorial's lines: epoch and test ELBO. */
const epochsOf = ({ lines }: Shown) =>
  lines.flatMap((line) => {
    const match = line.match(/^Epoch: (\d+), Test set ELBO: (-[\d.]+)/);
    return match ? [{ epoch: Number(match[1]), elbo: Number(match[2]) }] : [];
  });

/** An untrained decoder takes every pixel for a fair coin: 784 ln 2 nats. */
function assertBeginsUntrained(shown: Shown, what: string) {
  const [first] = epochsOf(shown);
  assert.ok(first, `${what}: no epoch in ${JSON.stringify(shown).slice(0, 2_000)}`);
  assert.equal(first.epoch, 0, what);
  assert.ok(Math.abs(first.elbo + 784 * Math.LN2) < 10, `${what}: epoch 0 has ${first.elbo}`);
}

Deno.test("notebook 02 tells the truth to who runs it again, changes it, stops it, restarts it", async () => {
  await setUp();
  await using copy = await copyProject(projectRoot);
  const script = new URL("reader.py", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(environmentPaths(projectRoot).python, {
    args: [script, "02_training.ipynb"],
    cwd: join(copy.folder, "notebooks"),
    env: { ...jupyterVariables(projectRoot), QUICK: "1" },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const said = JSON.parse(new TextDecoder().decode(stdout));
  const runs = said as Record<"first" | "changed" | "back" | "stopped" | "restarted", Run>;

  for (const name of ["first", "changed", "back", "restarted"] as const) {
    const { training, errors, aborted } = runs[name];
    assert.deepEqual([errors, aborted], [[], 0], name);
    assertBeginsUntrained(training, name);
    assert.deepEqual(epochsOf(training).map(({ epoch }) => epoch), [0, 1, 2, 3, 4], name);
  }
  const [first, changed, back] = [runs.first, runs.changed, runs.back].map(({ training }) =>
    epochsOf(training)
  );
  assert.deepEqual(back, first, "set back, the same numbers");
  assert.notDeepEqual(changed, first, "another latentDim, other numbers");

  const again: Shown = said["trained again"];
  assert.deepEqual(epochsOf(again), first, "the training cell run twice does the same twice");

  const { training, aborted } = runs.stopped;
  assert.match(training.displays.join("\n"), /stopped (in|before) epoch \d+.*run this cell again/);
  assert.equal(aborted, said.cells, "Stop ends Run All: the cells below are not run");
  const reached = epochsOf(training).at(-1)!.epoch;
  assert.ok(reached < 9, `stopped at ${reached}`);

  const goneOn: Shown = said["gone on"];
  assert.match(goneOn.displays.join("\n"), /goes on (in|with) epoch \d+/);
  assert.deepEqual(
    epochsOf(goneOn).map(({ epoch }) => epoch),
    Array.from({ length: 9 - reached }, (_, i) => reached + 1 + i),
    "no epoch twice, none left out",
  );
});
