/** The page that trains, in Chromium, with no network: what it computes is what Deno computes. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { useBackend } from "../../lib/compute/backend.ts";
import type { LiveSettings } from "../../lib/live/contents.ts";
import { Session } from "../../lib/live/session.ts";
import { liveRecipe } from "../../lib/live/settings.ts";
import { trainingPage } from "../../lib/live/training_page.ts";
import { digits } from "../../lib/data/digits.ts";
import { drawSet } from "../../lib/data/synthetic.ts";
import { unpackRun } from "../../lib/training/run_file.ts";
import { browserTest } from "../browser/chromium.ts";
import type { Hook } from "./hook.ts";

declare global {
  var livePage: Hook;
}

await useBackend({ engine: "portable", threads: 1 });
const images = {
  train: await drawSet(digits, "train", 1000, 0),
  test: await drawSet(digits, "test", 200, 0),
  source: "synthetic",
};
const settings: LiveSettings = {
  network: "dense-256",
  kind: "vae",
  latentDim: 2,
  beta: 1,
  learningRate: 1e-3,
  seed: 1,
};

let file: Promise<string> | null = null;
/** The page as a file, bundled once. */
async function pageFile(): Promise<string> {
  const { page, bytes } = await trainingPage({ ...images, note: "" }, {
    trainCount: 1000,
    testCount: 200,
  });
  console.log(`the page with 1,200 synthetic digits: ${Math.round(bytes / 1000)} kB`);
  const path = await Deno.makeTempFile({ prefix: "train_", suffix: ".html" });
  await Deno.writeTextFile(path, page);
  return path;
}

/** Opens it from the disk; whatever it asks any host for ends the test. */
async function open(
  browser: Browser,
  options: Parameters<Browser["newPage"]>[0] = {},
): Promise<Page> {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(120_000); // a busy machine is no fault
  await page.route(/^(?!file:|blob:|data:)/, (route) => {
    assert.fail(`a request to ${route.request().url()}`);
  });
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto(`file://${await (file ??= pageFile())}`);
  await page.waitForFunction(() => livePage.log !== null);
  return page;
}

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const paused = (page: Page) => page.waitForFunction(() => livePage.status()?.playing === false);

/** Trains at least so many batches from where it is, then pauses. */
async function trainFor(page: Page, steps: number): Promise<void> {
  await button(page, "Play").click();
  await page.waitForFunction((steps) => livePage.status()!.steps >= steps, steps);
  await button(page, "Pause").click();
  await paused(page);
}

/** The losses that Deno's portable engine has for the same: one of each batch, and of the test digits. */
async function inDeno(changes: Partial<LiveSettings>, steps: number) {
  const { model, training } = liveRecipe({ ...settings, ...changes });
  const session = await Session.begin(model, training, images);
  const losses = [];
  for (let i = 0; i < steps; i++) losses.push((await session.advance(1))[0].loss);
  return { losses, tests: session.history.map(({ test }) => test.loss) };
}

const lossesIn = (page: Page) =>
  page.evaluate(() => ({
    losses: livePage.batches.loss.map(([, loss]) => loss),
    tests: livePage.tests.loss.map(([, loss]) => loss),
  }));

browserTest(
  "the page trains as Deno does, bit for bit: 100 dense batches, 30 convolutional",
  async (browser) => {
    const page = await open(browser);
    for (
      const { changes, steps } of [
        { changes: {}, steps: 100 },
        { changes: { network: "conv-8", latentDim: 3, seed: 5 } as const, steps: 30 },
      ]
    ) {
      if (steps === 30) {
        await page.evaluate((settings) => livePage.send({ kind: "begin", settings }), {
          ...settings,
          ...changes,
        });
        await page.waitForFunction(() => livePage.log!.log.settings!.seed === 5);
      }
      await trainFor(page, steps);
      const [here, wanted] = [await lossesIn(page), await inDeno(changes, steps)];
      assert.ok(wanted.losses.at(-1)! < wanted.losses[0] - 50, "it learns");
      assert.deepEqual(here.losses.slice(0, steps), wanted.losses);
      assert.deepEqual(here.tests.slice(0, wanted.tests.length), wanted.tests);
    }
  },
);

browserTest(
  "a log replays to the same weights; a saved model has the page's ELBO in Deno, and opens again",
  async (browser) => {
    const page = await open(browser);
    await trainFor(page, 12);
    const beta = page.getByRole("slider", { name: /^β/ });
    await beta.focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => livePage.log!.log.changes.length === 1);
    // To an epoch's end, so that the last evaluation is of the weights that are saved.
    for (;;) {
      const { steps, batches } = (await page.evaluate(() => livePage.status()))!;
      if (steps % batches === 0 && steps > 12) break;
      await button(page, "One step").click();
      await page.waitForFunction((steps) => livePage.log!.log.steps > steps, steps);
    }
    const before = (await page.evaluate(() => livePage.log))!;
    assert.equal(before.log.changes[0].beta, 2);

    await button(page, "Replay").click();
    await page.getByText(/gave the same weights, to the last bit/).waitFor();
    assert.deepEqual(await page.evaluate(() => livePage.log), before);

    const downloading = page.waitForEvent("download");
    await button(page, "Save the model").click();
    const path = `${await (await downloading).path()}.zip`;
    await Deno.rename(path.slice(0, -4), path);
    const bytes = await Deno.readFile(path);
    const { model, run } = await unpackRun(bytes, "saved.zip");
    assert.equal(run.training.beta, 2);
    assert.equal(run.changes.length, 1);
    const again = await Session.begin(model, run.training, images);
    const shown = (await lossesIn(page)).tests.at(-1)!;
    assert.equal(again.history[0].test.loss, shown);

    await page.locator("input[type=file]").setInputFiles(path);
    await page.waitForFunction(() => livePage.log!.log.settings === null);
    assert.deepEqual((await lossesIn(page)).tests, [shown]);
    const name = path.replace(/.*\//, "");
    assert.equal(await page.getByText(`a model from ${name}`).count(), 1);
    await trainFor(page, 3);

    await Deno.writeFile(path, bytes.slice(0, 5000));
    await page.locator("input[type=file]").setInputFiles(path);
    await page.getByRole("alert").getByText("it is no whole zip file").waitFor();
    await trainFor(page, 6);
  },
);

browserTest(
  "the page is operated by keyboard and touch, at 390 pixels, in the dark, without motion",
  async (browser) => {
    const page = await open(browser, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      colorScheme: "dark",
      reducedMotion: "reduce",
    });
    const overflow = () =>
      page.evaluate(() =>
        document.documentElement.scrollWidth - document.documentElement.clientWidth
      );
    assert.equal(await overflow(), 0);
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(background, "rgb(20, 24, 29)");
    await button(page, "Play").tap();
    await page.waitForFunction(() => livePage.status()!.steps > 2);
    await button(page, "Pause").focus();
    await page.keyboard.press("Enter");
    await paused(page);

    await page.locator("summary").tap();
    await page.getByRole("radio", { name: "Autoencoder" }).check();
    await page.waitForFunction(() => livePage.log!.log.settings!.kind === "ae");
    assert.equal(await page.getByRole("slider", { name: /^β/ }).isDisabled(), true);
    await page.getByRole("slider", { name: "Latent dimensions" }).focus();
    await page.keyboard.press("Home");
    await page.waitForFunction(() => livePage.log!.log.settings!.latentDim === 1);

    await button(page, "Slow motion").tap();
    await page.getByRole("heading", { name: /^Step \d+, with a \d$/ }).waitFor();
    assert.ok(await page.getByText("z = encoder(x)").isVisible());
    assert.equal(await overflow(), 0);
    await button(page, "Slow motion").tap();
    await page.waitForFunction(() => livePage.status()!.slow === false);
    const unnamed = await page.evaluate(() =>
      [...document.querySelectorAll("canvas, svg")].filter((picture) =>
        picture.checkVisibility() && !picture.getAttribute("aria-label")
      ).length
    );
    assert.equal(unnamed, 0, "pictures without a name");
  },
);
