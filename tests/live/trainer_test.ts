import assert from "node:assert/strict";
import { useBackend } from "../../lib/compute/backend.ts";
import type { Report } from "../../lib/live/contents.ts";
import { Trainer } from "../../lib/live/trainer.ts";
import { settings } from "./small_settings.ts";
import { smallData } from "../training/small_run.ts";

await useBackend({ engine: "portable", threads: 1 });

Deno.test("Trainer tells a replay's verdict after the log and the pictures that it is about", async () => {
  const reports: Report[] = [];
  const trainer = new Trainer(smallData, (report) => reports.push(report));
  await trainer.obey({ kind: "begin", settings });
  for (let i = 0; i < 3; i++) await trainer.obey({ kind: "step" });
  await trainer.obey({ kind: "change", changed: { beta: 2 } });
  const before = reports.at(-1)!;
  assert.ok(before.kind === "log" && before.log.steps === 3 && before.log.changes.length === 1);

  await trainer.obey({ kind: "replay" });
  while (trainer.busy) await trainer.work();
  const [log, verdict, ...later] = reports.slice(
    reports.findLastIndex(({ kind }) => kind === "log"),
  );
  assert.deepEqual(log, before);
  assert.deepEqual(verdict, {
    kind: "replayed",
    same: true,
    hash: before.hash,
    was: before.hash,
    steps: 3,
  });
  // `work` may show a picture more; no log comes after the verdict.
  assert.ok(later.every(({ kind }) => kind !== "log"));
});
