import assert from "node:assert/strict";
import { OptionError } from "../../lib/options.ts";
import { lockRun } from "../../lib/training/run_lock.ts";

Deno.test("lockRun() gives a folder to one run at a time, and names the one that has it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const first = await lockRun(`${folder}/made`);
    await assert.rejects(lockRun(`${folder}/made`), (error: Error) => {
      assert.ok(error instanceof OptionError);
      assert.match(
        error.message,
        /^train: folder: ".+made" belongs to a run that goes on in this notebook since \d\d:\d\d: stop/,
      );
      return true;
    });
    (await lockRun(`${folder}/other`)).release();
    first.release();
    (await lockRun(`${folder}/made`)).release();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("lockRun() takes the folder of a process that was killed", async () => {
  const folder = await Deno.makeTempDir();
  const module = new URL("../../lib/training/run_lock.ts", import.meta.url).href;
  const program = `const { lockRun } = await import(${JSON.stringify(module)});` +
    `await lockRun(${JSON.stringify(folder)}); console.log("held"); setTimeout(() => {}, 60_000);`;
  const holder = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", program],
    cwd: new URL("../..", import.meta.url),
    stdout: "piped",
  }).spawn();
  try {
    const reader = holder.stdout.getReader();
    assert.match(new TextDecoder().decode((await reader.read()).value), /held/);
    await assert.rejects(lockRun(folder), new RegExp(`goes on in process ${holder.pid} on `));
    holder.kill("SIGKILL");
    await holder.status;
    await reader.cancel();
    (await lockRun(folder)).release();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
