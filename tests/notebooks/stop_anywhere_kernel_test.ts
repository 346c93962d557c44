/**
 * Stop at random moments of what cells do, through a real kernel and a real interrupt. `STOP_PRESSES=100`
 * presses so often; by default once in each of a few works, at moments that the seed decides.
 */
import assert from "node:assert/strict";
import { exists } from "../../lib/files.ts";
import { projectRoot } from "../../lib/project.ts";
import { environmentPaths, jupyterVariables } from "../../lib/workbench/environment.ts";

interface Press {
  work: string;
  wait: number;
  status: string;
  error: string | null;
  texts: string[];
  milliseconds: number;
  alive: boolean;
  after: string[];
}

const { python } = environmentPaths(projectRoot);
const reason = Deno.build.os === "windows"
  ? "on Windows Stop is no signal"
  : await exists(python)
  ? ""
  : "no environment; run deno task setup";

const presses = Deno.env.get("STOP_PRESSES");
const few = ["first cell", "second of four", "training, 2 workers, at once", "film", "plots"];
const chosen = presses ? [`--trials=${presses}`] : [`--only=${few.join(";")}`];

/** How a pressed cell ended: by Stop, at its own end after saying that it goes on, or as if nobody had pressed. */
function verdict({ status, error, texts }: Press): "stopped" | "said" | "lost" {
  if (status === "aborted" || /stopped/i.test(`${error} ${texts.join(" ")}`)) return "stopped";
  return texts.join(" ").includes("Stop: this cell") ? "said" : "lost";
}

Deno.test({
  name: `Stop at random moments ends a cell or says why not, and the kernel goes on${
    reason && ` (skipped: ${reason})`
  }`,
  ignore: reason !== "",
  async fn() {
    const { stdout, stderr } = await new Deno.Command(python, {
      args: [`${projectRoot}/tests/notebooks/stop_anywhere.py`, ...chosen],
      cwd: `${projectRoot}/notebooks`,
      env: jupyterVariables(projectRoot),
    }).output();
    const printed = new TextDecoder().decode(stdout);
    assert.ok(printed.startsWith("["), printed + new TextDecoder().decode(stderr));
    const results: Press[] = JSON.parse(printed);
    for (const result of results) {
      const said = JSON.stringify(result);
      assert.equal(result.alive, true, said);
      // The fresh kernel's first cell may be over before the press.
      if (result.work !== "first cell") assert.notEqual(verdict(result), "lost", said);
      assert.deepEqual(result.after, ["true 2\n"], said);
    }
    const times = results.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
    const said = results.filter((result) => verdict(result) === "said").length;
    console.log(
      `${results.length} presses, ${said} in cells that went on and said so; to the cell's end ` +
        `median ${times[times.length >> 1]} ms, longest ${times.at(-1)} ms`,
    );
  },
});
