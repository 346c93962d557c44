import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { Page } from "playwright-core";
import { Codes } from "../../lib/data/codes.ts";
import { digitNames } from "../../lib/data/labels.ts";
import { createImageSet } from "../../lib/data/image_set.ts";
import { exportModel } from "../../lib/latent/model_export.ts";
import { preset } from "../../lib/models/presets.ts";
import { RandomStream } from "../../lib/random.ts";
import { runsHtml } from "../../lib/visuals/explorer/runs.ts";
import { browserTest } from "./chromium.ts";

await tf.setBackend("cpu");

/** The explorers' element, with what `start.ts` hangs on it. */
interface Host extends Element {
  latentExplorers: { z: Float32Array; source(): { name: string } | null; pick(i: number): void }[];
}

const count = 60;
const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
const pixels = Uint8Array.from(
  { length: count * 784 },
  (_, i) => Math.abs((i % 28) - 14) < (Math.floor(i / 784) % 5) + 1 ? 255 : 0,
);
const originals = createImageSet({ name: "bars", pixels, labels, shape: [28, 28, 1] });
async function aRun(seed: number) {
  const model = preset("dense-vae", { hiddenUnits: [32], seed }).build();
  model.decoder.setWeights(
    model.decoder.getWeights().map((weight, i) =>
      weight.add(tf.tensor(new RandomStream(seed, "w", i).normals(weight.size), weight.shape))
    ),
  );
  const codes = new Codes(new RandomStream(seed, "codes").normals(2 * count), 2, {
    logVars: new Float32Array(2 * count).fill(-3),
    labels,
    classNames: digitNames,
  });
  return { model: await exportModel(model), codes };
}
const runs = { "β = 1": await aRun(1), "β = 4": await aRun(2) };
const parts = ["plane", "sliders", "draw"] as const;
const { html } = runsHtml(runs, { title: "two", originals, parts: [...parts] });

async function open(page: Page): Promise<void> {
  await page.route("**/*", (route) => route.abort());
  page.on("pageerror", (error) => {
    throw error;
  });
  const phone = '<meta name="viewport" content="width=device-width">';
  await page.setContent(`<!doctype html>${phone}<body>${html}`);
  await page.waitForFunction(() =>
    document.querySelector<Host>(".latent-explorer")!.latentExplorers
  );
}
const settled = (page: Page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
const points = (page: Page) =>
  page.evaluate(() =>
    document.querySelector<Host>(".latent-explorer")!.latentExplorers.map(({ z }) => [...z])
  );
const pictures = (page: Page) =>
  page.evaluate(() => {
    const root = document.querySelector(".latent-explorer")!.shadowRoot!;
    return [...root.querySelectorAll<HTMLCanvasElement>('canvas[aria-label="The decoded image"]')]
      .map((canvas) => canvas.toDataURL());
  });
const side = (page: Page, name: string) => page.getByRole("region", { name });
const planeOf = (page: Page, name: string) =>
  side(page, name).getByRole("application", { name: /^Latent plane/ });

browserTest(
  "runsHtml() one pointer moves all runs, which decode the same z each in its way",
  async (browser) => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    await open(page);
    const before = await pictures(page);
    await planeOf(page, "β = 4").focus();
    for (const key of ["Shift+ArrowRight", "ArrowUp"]) await page.keyboard.press(key);
    await settled(page);
    const [a, b] = await points(page);
    assert.deepEqual(a, b);
    assert.deepEqual(a.map((v) => v.toFixed(1)), ["1.0", "0.1"]);
    const after = await pictures(page);
    assert.ok(after.every((picture, i) => picture !== before[i]));
    assert.notEqual(after[0], after[1]);
    await page.getByRole("slider", { name: /^z/ }).nth(1).fill("-2");
    await settled(page);
    assert.deepEqual((await points(page)).map(([, y]) => y), [-2, -2]);
    await planeOf(page, "β = 1").focus();
    await page.keyboard.press("Home");
    await settled(page);
    assert.deepEqual(await points(page), [[0, 0], [0, 0]]);
  },
);

browserTest(
  "runsHtml() a digit chosen in one run is shown by all, at its own code in each",
  async (browser) => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    await open(page);
    await planeOf(page, "β = 1").focus();
    await page.keyboard.press("Enter");
    await settled(page);
    const { index, names } = await page.evaluate(() => {
      const sources = document.querySelector<Host>(".latent-explorer")!.latentExplorers
        .map((one) => one.source() as unknown as { index: number; name: string });
      return { index: sources[0].index, names: sources.map(({ name }) => name) };
    });
    assert.equal(names[0], names[1]);
    const [a, b] = await points(page);
    for (const [got, { codes }] of [[a, runs["β = 1"]], [b, runs["β = 4"]]] as const) {
      got.forEach((v, k) => assert.ok(Math.abs(v - codes.row(index)[k]) < 0.005, `${got}`));
    }
    for (const name of Object.keys(runs)) {
      await side(page, name).getByRole("figure", { name: "reconstruction", exact: true }).waitFor();
    }
    await page.getByRole("application", { name: /^Draw/ }).focus();
    for (const key of [" ", "ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
    await settled(page);
    for (const name of Object.keys(runs)) {
      await side(page, name).getByText("your digit", { exact: true }).waitFor();
    }
  },
);

browserTest("runsHtml() a class chosen in one legend is chosen in all", async (browser) => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  await open(page);
  const buttons = page.getByRole("button", { name: "Only the codes of 3" });
  await buttons.nth(0).click();
  for (const i of [0, 1]) assert.equal(await buttons.nth(i).getAttribute("aria-pressed"), "true");
  await buttons.nth(1).click();
  for (const i of [0, 1]) assert.equal(await buttons.nth(i).getAttribute("aria-pressed"), "false");
});

browserTest(
  "runsHtml() stands side by side where there is room, and stacks on a phone",
  async (browser) => {
    for (const [width, beside] of [[1280, true], [390, false]] as const) {
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      await open(page);
      const [a, b] = await Promise.all(
        Object.keys(runs).map(async (name) => (await side(page, name).boundingBox())!),
      );
      assert.equal(a.y === b.y && b.x >= a.x + a.width, beside);
      assert.equal(b.y >= a.y + a.height, !beside);
      const [within, window] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        innerWidth,
      ]);
      assert.ok(within <= window, `${within} of ${window}`);
      await page.close();
    }
  },
);
