/** What `lib/workbench/kernel.py` adds to Deno's kernel, through a real kernel and real signals. */
import assert from "node:assert/strict";
import { exists } from "../../lib/files.ts";
import { projectRoot } from "../../lib/project.ts";
import { environmentPaths, jupyterVariables } from "../../lib/workbench/environment.ts";
import { setUp } from "../../lib/workbench/setup.ts";

interface Cell {
  outputs: string[];
  traceback: string[];
  reply: { status: string; ename: string; evalue: string };
}

const reason = Deno.build.os === "windows"
  ? "on Windows Stop is no signal"
  : await exists(environmentPaths(projectRoot).python)
  ? ""
  : "no environment; run deno task setup";

/** One kernel after another, driven by `kernel_wrapper.py`; the checks below read what came of it. */
async function drive() {
  await setUp();
  const { stdout, stderr } = await new Deno.Command(environmentPaths(projectRoot).python, {
    args: [`${projectRoot}/tests/notebooks/kernel_wrapper.py`],
    cwd: `${projectRoot}/notebooks`,
    env: jupyterVariables(projectRoot),
  }).output();
  const printed = new TextDecoder().decode(stdout);
  assert.ok(printed.startsWith("{"), printed + new TextDecoder().decode(stderr));
  return JSON.parse(printed);
}

Deno.test({
  name: `the kernel around Deno's${reason && ` (skipped: ${reason})`}`,
  ignore: reason !== "",
  async fn(t) {
    const result = await drive();

    await t.step("a refused cell shows reason, line and column", () => {
      const { outputs, traceback, reply }: Cell = result.syntax;
      assert.equal(reply.ename, "SyntaxError");
      assert.equal(outputs.length, 1);
      assert.match(
        traceback.join("\n"),
        /\n3 \| consst epochs = 3;\n.*\n.*line 3, column 8 of this/,
      );
      assert.match(result.package.outputs.join(), /no-such-package-of-anyone/);
      assert.match(
        result.misplaced.traceback.join("\n"),
        /^TypeError: Module not found "file:.*\/lib\/models\/mod\.ts"[\s\S]*keep it in the project's folder notebooks\/\.$/,
      );
      assert.equal(result.thrown.outputs.length, 1);
      assert.equal(result.thrown.reply.ename, "RangeError");
    });

    await t.step(
      "of 200 cells that end with their output none loses it, or shows another's",
      () => {
        const cells: string[][] = result.lines;
        assert.deepEqual(cells.pop(), []);
        cells.forEach((outputs, i) => {
          assert.equal(outputs.length, 1, `cell ${i}: ${outputs}`);
          assert.match(outputs[0], i % 2 ? RegExp(`^line ${i}\n$`) : RegExp(`"value ${i}"`));
        });
        console.log(`${cells.length} cells in ${result.seconds.toFixed(1)} s`);
      },
    );

    await t.step("an error ends the queue, and what was in it runs when it is sent again", () => {
      assert.deepEqual(result.queue, ["ok", "error", "aborted", "aborted"]);
      assert.deepEqual(result.parse_queue, ["error", "aborted", "aborted"]);
      assert.deepEqual(result.again, ["ok", "ok"]);
      assert.deepEqual(result.allowed, ["ok", "error", "ok", "ok"]);
    });

    await t.step("Stop ends the queue, never the kernel", () => {
      for (const { first, after, again } of result.stops) {
        // The cell that runs is not ended; the very first may be stopped before it has begun.
        assert.ok(["ok", "aborted", undefined].includes(first[0]), first);
        assert.deepEqual(first.slice(1), first.length ? ["aborted", "aborted", "aborted"] : []);
        assert.deepEqual([after, again], [["alive\n"], ["alive\n"]]);
      }
      assert.deepEqual([result.heard, result.heard_message], [["4\n"], ["5\n"]]);
      assert.equal(result.interrupt_reply, "ok");
    });

    await t.step("questions arrive, also while a cell runs", () => {
      assert.ok(result.info_seconds < 0.5, `${result.info_seconds} s`);
      assert.equal(result.question, "how many?");
      assert.match(result.answer.join(), /three/);
    });

    await t.step("no end leaves a process behind; a restart starts anew", () => {
      assert.deepEqual(result.restarted.outputs, ["undefined again\n"]);
      assert.equal(result.after_restart, 1);
      assert.equal(result.after_shutdown, 0);
      for (const signal of ["SIGTERM", "SIGKILL"]) {
        assert.deepEqual(result[`after_${signal}`], [1, 0, false], signal);
      }
      assert.deepEqual(result.after_exit, [0, 3]);
      assert.equal(result.left, 0);
    });
  },
});
