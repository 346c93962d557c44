/** The Stop button through a real kernel and a real interrupt. */
import assert from "node:assert/strict";
import { exists } from "../../lib/files.ts";
import { projectRoot } from "../../lib/project.ts";
import { environmentPaths, jupyterVariables } from "../../lib/workbench/environment.ts";
import { readRun } from "../../lib/training/checkpoint.ts";

interface Cell {
  texts: string[];
  errors: string[];
  milliseconds: number;
}

const { python } = environmentPaths(projectRoot);
const reason = Deno.build.os === "windows"
  ? "not tried on Windows"
  : await exists(python)
  ? ""
  : "no environment; run deno task setup";

const ways = { signal: "a signal", line: "a line, as on Windows" };

for (const [way, title] of Object.entries(ways)) {
  Deno.test({
    name: `Stop, ${title}, ends training, keeps kernel, model and checkpoint${
      reason && ` (skipped: ${reason})`
    }`,
    ignore: reason !== "",
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        const { stdout, stderr } = await new Deno.Command(python, {
          args: [`${projectRoot}/tests/notebooks/stop_button.py`, folder],
          cwd: `${projectRoot}/notebooks`,
          env: { ...jupyterVariables(projectRoot), KERNEL_STOP: way },
        }).output();
        const printed = new TextDecoder().decode(stdout);
        assert.ok(printed.startsWith("{"), printed + new TextDecoder().decode(stderr));
        const result = JSON.parse(printed);
        assert.deepEqual(result.setup.errors, []);
        assert.deepEqual(result.quiet, { ...result.quiet, texts: ["2\n"], errors: [] });
        for (const rounds of [result.workers1, result.workers2] as Cell[][]) {
          for (const cell of rounds) {
            assert.deepEqual(cell.errors, []);
            const text = cell.texts.join("\n");
            assert.match(text, /stopped (in|before) epoch \d+.*; run this cell again to go on/);
            assert.match(text, /epochs \d+ weights finite true/);
          }
          // The second round went on where the first had stopped.
          const [first, second] = rounds.map(({ texts }) =>
            Number(/stopped (?:in|before) epoch (\d+)/.exec(texts.join("\n"))![1])
          );
          assert.ok(second > first && first > 1, `${first}, then ${second}`);
          console.log(
            `Stop to idle: ${rounds.map((cell) => `${cell.milliseconds} ms`).join(", ")}`,
          );
        }
        assert.equal(result.alive, true);
        assert.deepEqual(result.after.errors, []);
        const run = await readRun(folder);
        assert.deepEqual(run.history.map(({ epoch }) => epoch), run.history.map((_, i) => i));
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
