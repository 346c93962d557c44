/** Real disks, where this process may mount some: a full one, and a folder that becomes read-only. */
import assert from "node:assert/strict";
import { useBackend } from "../../lib/compute/backend.ts";
import { loadRun, readCheckpoint } from "../../lib/training/checkpoint.ts";
import type { TrainProgress } from "../../lib/training/progress.ts";
import { train } from "../../lib/training/train.ts";
import { inFolder } from "../in_folder.ts";
import { tinyData, tinyModel } from "./plain_loop.ts";
import { weightsOf } from "./small_run.ts";

await useBackend({ engine: "portable", threads: 1 });

const settings = {
  learningRate: 0.02,
  batchSize: 5,
  epochs: 4,
  workers: 1,
  keepBest: true,
} as const;

/** Runs a command. @returns what it complained about, "" where it did what was asked */
async function complaint(command: string, ...args: string[]): Promise<string> {
  try {
    const { success, stderr } = await new Deno.Command(command, { args }).output();
    return success ? "" : new TextDecoder().decode(stderr).trim() || `${command} failed`;
  } catch (error) {
    return (error as Error).message;
  }
}
async function must(command: string, ...args: string[]): Promise<void> {
  assert.equal(await complaint(command, ...args), "");
}

/** A disk of 256 kB for the time of a test. */
const onSmallDisk = (body: (disk: string) => Promise<void>) =>
  inFolder(async (disk) => {
    await must("mount", "-t", "tmpfs", "-o", "size=256k", "none", disk);
    try {
      await body(disk);
    } finally {
      await must("umount", disk);
    }
  });

async function whyNoMounts(): Promise<string> {
  if (Deno.build.os !== "linux") return "tmpfs is Linux's";
  let why = "";
  await inFolder(async (disk) => {
    why = await complaint("mount", "-t", "tmpfs", "-o", "size=256k", "none", disk);
    if (!why) await must("umount", disk);
  });
  return why && `nothing can be mounted here: ${why}`;
}
const noMounts = await whyNoMounts();

/** Troubles that may come while a run goes on. */
const troubles = {
  "No space left on device": {
    async begin(folder: string) {
      await assert.rejects(
        Deno.writeFile(`${folder}/filling`, new Uint8Array(2 ** 20)),
        /No space left/,
      );
    },
    end: (folder: string) => Deno.remove(`${folder}/filling`),
  },
  "Read-only file system": {
    async begin(folder: string) {
      await must("mount", "--bind", folder, folder);
      await must("mount", "-o", "remount,bind,ro", folder);
    },
    end: (folder: string) => must("umount", folder),
  },
};

for (const [trouble, { begin, end }] of Object.entries(troubles)) {
  const name = `train() goes on in memory at "${trouble}" of a real disk, and saves again after it`;
  Deno.test({
    name: noMounts ? `${name} (skipped: ${noMounts})` : name,
    ignore: noMounts !== "",
    fn: () =>
      onSmallDisk(async (disk) => {
        const folder = `${disk}/run`;
        const model = tinyModel("vae", "grey");
        const said: string[] = [];
        const training = train(model, tinyData, {
          ...settings,
          folder,
          progress: ({ origin = "" }: TrainProgress) => void said.push(origin),
        });
        await training.next();
        await training.next();
        assert.equal((await readCheckpoint(folder))!.position.epoch, 2);

        await begin(folder);
        try {
          const { value } = await training.next();
          assert.ok("epoch" in value && value.epoch === 2, "training goes on");
          assert.equal(
            (await readCheckpoint(folder))!.position.epoch,
            2,
            "what was saved is whole",
          );
          said.length = 0;
          await training.next();
          assert.match(
            said.at(-1)!,
            new RegExp(`^nothing is being saved: ${trouble} .*'${folder}/`),
          );
        } finally {
          await end(folder);
        }
        await training.next();
        const last = await training.next();
        assert.ok(last.done, "four epochs are all");
        assert.doesNotMatch(last.value.note, /nothing is being saved/);
        assert.equal((await readCheckpoint(folder))!.position.epoch, 5);
        assert.deepEqual(await weightsOf((await loadRun(folder)).model), await weightsOf(model));
      }),
  });
}
