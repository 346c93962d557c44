/**
 * Each door of `lib/`, called with right arguments and nonsense in the place of one of them: it answers in one
 * sentence of this project, or the nonsense does no harm.
 */
import assert from "node:assert/strict";
import { useBackend } from "../lib/compute/mod.ts";
import { DamagedError } from "../lib/checksums.ts";
import { OptionError } from "../lib/options.ts";
import { setVariables } from "../lib/data/public_sets/variables.ts";
import { nonsense, rightCalls, rooms, run } from "./nonsense.ts";

/** Classes, whose constructors have tests of their own. */
const classes = [
  "OptionError",
  "RandomStream",
  "StoppedError",
  "Codes",
  "Images",
  "NotFiniteError",
];

/** Where null and undefined stand for something. */
const meansSomething = [
  "evaluation.kNearestNeighbourAccuracy[1]",
  "evaluation.nearestLabels[1]",
  "latent.coordinatePlane[2]",
  "latent.drawCodes[1]",
];

/** Words of the engine that runs this, or of a library. */
const foreign =
  /Cannot (read|destructure|convert|set)|is not (a function|iterable|a constructor|defined)|undefined as|\[object|_zod|\n/;

/** The system's own words on a path that the message names. */
const isOfTheDisk = (error: Error) =>
  Object.values(Deno.errors).some((kind) => error instanceof kind) &&
  error.message.includes("nonsense");

const door = (name: string): unknown => {
  const [room, f] = name.split(".");
  return rooms[room][f];
};

Deno.test("each function that a room shows stands in the list of calls, and its call is right", async (t) => {
  await useBackend({ engine: "portable", threads: 1 });
  await using calls = await rightCalls();
  for (const [room, shown] of Object.entries(rooms)) {
    for (const [name, value] of Object.entries(shown)) {
      if (typeof value !== "function" || classes.includes(name)) continue;
      assert.ok(calls.list[`${room}.${name}`], `${room}.${name}: no call in tests/nonsense.ts`);
    }
  }
  let tried = 0, answered = 0;
  // A word is the path of a folder, too.
  const here = Deno.cwd();
  Deno.chdir(calls.folder);
  // Without options a public set would be downloaded.
  const given = Object.values(setVariables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name] of given) Deno.env.set(name, "nonsense");
  try {
    for (const [name, { args, required }] of Object.entries(calls.list)) {
      await run(door(name), args);
      await t.step(`${name}() answers nonsense in its own words`, async () => {
        for (let place = 0; place < args.length; place++) {
          for (const [what, value] of nonsense) {
            if (value === undefined && place >= required) continue;
            const which = `${name}[${place}] = ${what}`;
            tried++;
            try {
              await run(door(name), args.with(place, value));
            } catch (error) {
              answered++;
              const { message } = error as Error;
              const ours = error instanceof OptionError || error instanceof DamagedError ||
                isOfTheDisk(error as Error);
              assert.ok(
                ours && !foreign.test(message) && message.length < 400,
                `${which}: ${error}`,
              );
              continue;
            }
            const nothing = value === undefined || value === null;
            if (nothing && !meansSomething.includes(`${name}[${place}]`)) {
              assert.fail(`${which} was taken without a word`);
            }
          }
        }
      });
    }
  } finally {
    Deno.chdir(here);
    for (const [name, value] of given) value ? Deno.env.set(name, value) : Deno.env.delete(name);
  }
  console.log(`${tried} calls with nonsense, ${answered} answered, the others harmless`);
});

Deno.test("what needs a model says that one has been disposed of", async () => {
  await useBackend({ engine: "portable", threads: 1 });
  await using calls = await rightCalls();
  const { model } = calls;
  model.dispose();
  model.dispose();
  let tried = 0;
  for (const [name, { args }] of Object.entries(calls.list)) {
    if (!args.includes(model)) continue;
    tried++;
    await assert.rejects(() => run(door(name), args), (error: Error) => {
      assert.ok(error instanceof OptionError, `${name}: ${error}`);
      assert.match(error.message, /model: expected a model that has not been disposed of/, name);
      return true;
    });
  }
  assert.ok(tried >= 14, `${tried}`);
});
