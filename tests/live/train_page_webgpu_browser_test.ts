/**
 * The page that trains on WebGPU. Chromium brings an adapter that a processor computes: right numbers, in seconds
 * for what a GPU does in milliseconds, so the network and the digits are few.
 */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { useBackend } from "../../lib/compute/backend.ts";
import { digits } from "../../lib/data/digits.ts";
import { drawSet } from "../../lib/data/synthetic.ts";
import type { EngineWish } from "../../lib/compute/page_engines.ts";
import { Session } from "../../lib/live/session.ts";
import { liveRecipe } from "../../lib/live/settings.ts";
import { trainingPage } from "../../lib/live/training_page.ts";
import { unpackRun } from "../../lib/training/run_file.ts";
import { assertNear } from "../assert_near.ts";
import { browserTest, noSoftwareWebgpu, softwareWebgpu } from "../browser/chromium.ts";
import type { Hook } from "./hook.ts";
import { settings } from "./small_settings.ts";

declare global {
  var livePage: Hook;
}

/** Sums in float32 in another order, over a few steps. */
const rounding = { relative: 1e-5 };

await useBackend({ engine: "portable", threads: 1 });
const images = {
  train: await drawSet(digits, "train", 200, 0),
  test: await drawSet(digits, "test", 100, 0),
  source: "synthetic",
};

/** The losses of the first steps on Deno's portable engine, and what `count` steps of training end at. */
async function inDeno(count: number) {
  const { model, training } = liveRecipe(settings);
  const session = await Session.begin(model, training, images);
  const losses = [];
  for (let i = 0; i < count; i++) losses.push((await session.advance(1))[0].loss);
  return { losses, tests: session.history.map(({ test }) => test.loss) };
}

async function choose(page: Page, wish: EngineWish): Promise<void> {
  await page.evaluate((wish) => livePage.send({ kind: "engine", wish }), wish);
}
const saying = (page: Page, words: RegExp) =>
  page.waitForFunction((words) => RegExp(words).test(livePage.engine!.words), words.source);
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

browserTest(
  "the page trains on WebGPU where it is chosen, as Deno's portable engine does but for rounding",
  async (browser) => {
    const sizes = { trainCount: 200, testCount: 100 };
    const { page: html } = await trainingPage({ ...images, note: "" }, sizes);
    const file = await Deno.makeTempFile({ prefix: "train_", suffix: ".html" });
    await Deno.writeTextFile(file, html);
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(120_000); // shaders are compiled for a processor
    page.on("pageerror", (error) => {
      throw error;
    });
    await page.goto(`file://${file}`);
    await page.waitForFunction(() => livePage.log !== null);
    const begun = (await page.evaluate(() => livePage.log))!;
    assert.equal(begun.log.engine, "portable");
    await page.getByText(/^Engine: WebAssembly \(only a software adapter, google swiftshader\)$/)
      .waitFor();
    await page.evaluate((settings) => livePage.send({ kind: "begin", settings }), settings);

    // A trial of both, and the slower one is not taken.
    await choose(page, { engine: "fastest", softwareToo: true });
    await saying(
      page,
      /^WebAssembly \([\d,]+ images\/s in a trial, WebGPU on google swiftshader \d+\)$/,
    );
    assert.equal((await page.evaluate(() => livePage.log))!.log.engine, "portable");

    await page.getByRole("combobox", { name: "Engine" }).selectOption("WebGPU");
    await page.waitForFunction(() => livePage.log!.log.engine === "webgpu");
    await saying(page, /^WebGPU on google swiftshader \(chosen; a processor that acts as a GPU/);
    for (let step = 1; step <= 4; step++) {
      await button(page, "One step").click();
      await page.waitForFunction((step) => livePage.log!.log.steps === step, step);
    }
    const [here, wanted] = [
      await page.evaluate(() => ({
        losses: livePage.batches.loss.map(([, loss]) => loss),
        tests: livePage.tests.loss.map(([, loss]) => loss),
      })),
      await inDeno(4),
    ];
    assertNear(here.losses, wanted.losses, rounding, "losses");
    assertNear(here.tests, wanted.tests, rounding, "test losses of three epochs");
    assert.ok(await page.getByRole("heading", { name: /^Step 4, with a \d$/ }).isVisible());

    await button(page, "Play").click();
    await page.waitForFunction(() => livePage.status()!.steps > 5);
    await button(page, "Pause").click();
    // The log comes after the last pictures.
    await page.waitForFunction(() => {
      const { playing, steps } = livePage.status()!;
      return !playing && livePage.log!.log.steps === steps;
    });
    const before = (await page.evaluate(() => livePage.log))!;
    // The form's wish is another by now; a replay stays on the engine of its log.
    await button(page, "Replay").click();
    await page.getByText(/^Replayed: \d+ steps gave/).waitFor();
    const after = (await page.evaluate(() => livePage.log))!;
    assert.deepEqual(after.log, before.log);
    await saying(page, /^WebGPU \(as the first time\)$/);

    const downloading = page.waitForEvent("download");
    await button(page, "Save the model").click();
    const saved = await Deno.readFile(await (await downloading).path());
    const { model, run } = await unpackRun(saved, "saved.zip");
    assert.equal(run.engine, "webgpu");
    const again = await Session.begin(model, run.training, images);
    const last = run.history.at(-1)!;
    if (after.log.steps === last.epoch * 2) {
      assertNear(
        [again.history[0].test.loss],
        [last.test.loss],
        rounding,
        "the saved model's loss",
      );
    }

    // A driver that resets takes the device with it.
    await button(page, "Play").click();
    await page.waitForFunction((steps) => livePage.status()!.steps > steps, after.log.steps);
    const { processInfo } = await (await browser.newBrowserCDPSession()).send(
      "SystemInfo.getProcessInfo",
    );
    Deno.kill(processInfo.find(({ type }) => type === "GPU")!.id, "SIGKILL");
    await page.getByRole("alert").getByText(/^WebGPU failed, and the training began again: /)
      .waitFor();
    await saying(page, /^WebAssembly \(WebGPU failed: /);
    await button(page, "Play").click();
    await page.waitForFunction(() => livePage.status()!.steps > 10);
    await Deno.remove(file);
  },
  { skip: await noSoftwareWebgpu(), flags: softwareWebgpu },
);
