import assert from "node:assert/strict";
import { useBackend } from "../../lib/compute/backend.ts";
import { requestStop, StoppedError } from "../../lib/stop.ts";
import { findOrTrain, trainingPlan } from "../../lib/training/find_or_train.ts";
import { inFolder } from "../in_folder.ts";
import { maxDifference, smallData, smallRecipe, weightsOf } from "./small_run.ts";

const recipe = smallRecipe({ epochs: 1 });

await useBackend({ engine: "portable", threads: 1 });

Deno.test("findOrTrain() trains where nothing fits, and finds its run later", () =>
  inFolder(async (data) => {
    let reports = 0;
    const first = await findOrTrain(recipe, smallData, { data, progress: () => reports++ });
    assert.equal(first.origin, "trained");
    assert.equal(first.run.history.length, 2);
    assert.match(first.note, /^Weights: trained just now \(conv-vae, latentDim 2, 100 synthetic/);
    const seen = reports;
    assert.ok(seen > 0);

    const second = await findOrTrain(recipe, smallData, { data, progress: () => reports++ });
    assert.equal(second.origin, "run");
    assert.equal(reports, seen);
    assert.equal(maxDifference(await weightsOf(first.model), await weightsOf(second.model)), 0);
    first.model.dispose();
    second.model.dispose();
  }));

Deno.test("trainingPlan() names what findOrTrain would train, and for how long", () =>
  inFolder(async (data) => {
    const larger = smallRecipe({ epochs: 1, latentDim: 3, patience: 2 });
    const both = await trainingPlan([recipe, larger], smallData, {
      data,
      shortened: { trainCount: 64 },
    });
    const reason = "will be trained because no weights are there that answer";
    const words = `${reason}: 1 epoch on 64 synthetic digits, `;
    assert.ok(both.lines[0].startsWith(`conv-vae, latentDim 2, ${words}`), both.lines[0]);
    assert.match(
      both.lines[1],
      /latentDim 3, .*: at most 1 epoch on .*, at most \d+ s and about \d+ MB of memory here\.$/,
    );
    assert.ok(both.minutes > 0 && both.minutes < 1 && both.imagesPerSecond! > 0);

    (await findOrTrain(recipe, smallData, { data })).model.dispose();
    const one = await trainingPlan([recipe], smallData, { data });
    assert.deepEqual(one, { minutes: 0, lines: [] });
    const again = await trainingPlan([recipe], smallData, { data, retrain: true });
    assert.match(again.lines[0], /will be trained as asked for/);
  }));

Deno.test("findOrTrain() trains again as asked for, or a shorter run that is not kept", () =>
  inFolder(async (data) => {
    (await findOrTrain(recipe, smallData, { data })).model.dispose();
    const again = await findOrTrain(recipe, smallData, { data, retrain: true });
    assert.equal(again.origin, "trained");
    again.model.dispose();

    const longer = smallRecipe({ epochs: 3 });
    const shortened = { epochs: 2, trainCount: 50, testCount: 10 };
    const { model, run, folder, note } = await findOrTrain(longer, smallData, { data, shortened });
    assert.deepEqual([run.data.train.count, run.data.test.count], [50, 10]);
    assert.equal(run.history.at(-1)!.epoch, 2);
    assert.match(note, /A shorter run in place of the one asked for; it is not kept\.$/);
    assert.throws(() => Deno.statSync(folder), Deno.errors.NotFound);
    assert.equal([...Deno.readDirSync(`${data}/runs`)].length, 1);
    model.dispose();
  }));

Deno.test("findOrTrain() ends with Stop, and goes on when it is called again", () =>
  inFolder(async (data) => {
    const longer = smallRecipe({ epochs: 40 });
    const progress = ({ phase, epoch }: { phase: string; epoch: number }) => {
      if (phase === "training" && epoch >= 2) requestStop();
    };
    await assert.rejects(findOrTrain(longer, smallData, { data, progress }), StoppedError);
    const origins: (string | undefined)[] = [];
    const ready = await findOrTrain(longer, smallData, {
      data,
      progress: ({ origin }) => origins.push(origin),
    });
    assert.match(origins[0]!, /^goes on /);
    assert.equal(ready.run.history.length, 41);
    ready.model.dispose();
  }));
