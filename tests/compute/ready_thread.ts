/** A team's helper that is there when it has been started, where a program goes on without it meanwhile. */
import assert from "node:assert/strict";
import { Worker } from "node:worker_threads";
import { control, type HelperData } from "../../lib/compute/portable/helper.ts";

export function readyThread(script: URL, workerData: unknown): Worker {
  const worker = new Worker(script, { workerData });
  const { control: own } = workerData as HelperData;
  assert.notEqual(Atomics.wait(own, control.done, 0, 20_000), "timed-out", "no helper has come");
  return worker;
}
