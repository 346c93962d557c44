import assert from "node:assert/strict";
import { EngineMissing, EngineProcess } from "./engine_process.ts";
import { ownLaunches } from "./launches.ts";

const launch = (engine: string) => ownLaunches(1).find((one) => one.engine === engine)!;

Deno.test("EngineProcess measures round after round and says what an engine could not do", async () => {
  const process = await EngineProcess.start(launch("portable"));
  try {
    assert.match(process.title, /portable/);
    for (let round = 0; round < 2; round++) {
      const row = await process.measure({ work: "dense-train", batch: 20, images: 40 });
      assert.equal(row.engine, "portable");
      assert.equal(row.batch, 20);
      assert.ok(row.imagesPerSecond > 1, `${row.imagesPerSecond} images/s`);
      if (Deno.build.os === "linux") assert.ok(row.peakRssMb! > 50, `${row.peakRssMb} MB`);
    }
    const request = { work: "cvae-train", batch: 0, images: 32 } as const;
    await assert.rejects(process.measure(request), /batchSize: expected an integer >= 1, got 0/);
  } finally {
    await process.close();
  }
});

Deno.test("EngineProcess.start() says why an engine is not there", async () => {
  const unknown = launch("portable");
  const args = unknown.args.map((arg) => arg === "portable" ? "abacus" : arg);
  await assert.rejects(EngineProcess.start({ ...unknown, args }), (error) => {
    assert.ok(error instanceof EngineMissing);
    assert.match(error.message, /expected one of webgpu, onednn, portable, cpu, got abacus/);
    return true;
  });
});

Deno.test("EngineProcess.start() names a program that is not there", async () => {
  const absent = { engine: "tensorflow" as const, program: "no-such-python", args: [] };
  await assert.rejects(EngineProcess.start(absent), EngineMissing);
});
