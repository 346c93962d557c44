import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { Page } from "playwright-core";
import { Codes } from "../../lib/data/codes.ts";
import { digitNames } from "../../lib/data/labels.ts";
import { createImageSet } from "../../lib/data/image_set.ts";
import { exportModel } from "../../lib/latent/model_export.ts";
import { preset } from "../../lib/models/presets.ts";
import { RandomStream } from "../../lib/random.ts";
import { epochsHtml } from "../../lib/visuals/explorer/epochs.ts";
import { browserTest } from "./chromium.ts";

await tf.setBackend("cpu");

/** The explorer's element, with what `start.ts` hangs on it. */
interface Host extends Element {
  latentExplorer: {
    decode(z: ArrayLike<number>): Float32Array;
    pick(index: number): void;
    moveTo(z: ArrayLike<number>): void;
    z: Float32Array;
    source(): { index: number | null } | null;
  };
}

/** A dense VAE whose weights grow from epoch to epoch, and with them its codes. */
async function aRun() {
  const count = 60;
  const pixels = Uint8Array.from(
    { length: count * 784 },
    (_, i) => Math.abs((i % 28) - 14) < (Math.floor(i / 784) % 5) + 1 ? 255 : 0,
  );
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  const originals = createImageSet({ name: "bars", pixels, labels, shape: [28, 28, 1] });
  const model = preset("dense-vae", { hiddenUnits: [32], seed: 1 }).build();
  const values = new RandomStream(1, "codes").normals(2 * count);
  const epochs = [];
  for (const epoch of [0, 1, 2, 4]) {
    model.decoder.setWeights(
      model.decoder.getWeights().map((weight, i) =>
        weight.add(
          tf.tensor(new RandomStream(2, `${epoch}`, i).normals(weight.size), weight.shape).mul(0.3),
        )
      ),
    );
    const z = tf.tensor2d(values.slice(0, 10), [5, 2]);
    epochs.push({
      epoch,
      model: await exportModel(model),
      codes: new Codes(values.map((v) => v * (1 + epoch) / 3), 2, {
        logVars: new Float32Array(2 * count).fill(-1 - epoch),
        labels,
        classNames: digitNames,
      }),
      images: tf.tidy(() => model.pixelMeans(z).dataSync<"float32">()),
    });
  }
  const { html } = epochsHtml(
    epochs.map(({ epoch, model, codes }) => ({ epoch, model, codes })),
    { originals, title: "a run" },
  );
  return { epochs, html, z: [...values.slice(0, 10)] };
}
const run = await aRun();

/** Opens the page from a file, as whoever keeps it does; nothing comes over a network. */
async function open(page: Page): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".html" });
  await Deno.writeTextFile(file, `<!doctype html><meta charset="utf-8"><body>${run.html}`);
  await page.route(/^(?!file:)/, (route) => route.abort());
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto(`file://${file}`);
  await page.waitForFunction(() =>
    document.querySelector<Host>(".latent-explorer")!.latentExplorer
  );
  await Deno.remove(file);
}

const settled = (page: Page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
const scrubber = (page: Page) => page.getByRole("slider", { name: "Epoch" });
const place = async (page: Page) => Number(await scrubber(page).inputValue());
const pick = (page: Page, index: number) =>
  page.evaluate((index) => {
    document.querySelector<Host>(".latent-explorer")!.latentExplorer.pick(index);
  }, index);
const point = (page: Page) =>
  page.evaluate(() => [
    ...document.querySelector<Host>(".latent-explorer")!.latentExplorer.z,
  ]);
const drawn = (page: Page, selector: string) =>
  page.evaluate((selector) => {
    const root = document.querySelector(".latent-explorer")!.shadowRoot!;
    return root.querySelector<HTMLCanvasElement>(selector)!.toDataURL();
  }, selector);
const near = (got: number[], wanted: ArrayLike<number>) =>
  got.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < 0.005, `${got}, ${wanted[i]}`));

browserTest(
  "epochsHtml() decodes with the weights of the epoch that arrow keys choose",
  async (browser) => {
    const page = await browser.newPage();
    await open(page);
    assert.equal(await place(page), 3, "the last epoch at first");
    await scrubber(page).focus();
    for (const at of [3, 2, 1, 0]) {
      assert.equal(await place(page), at);
      const { epoch, images } = run.epochs[at];
      assert.equal(await scrubber(page).getAttribute("aria-valuetext"), `epoch ${epoch} of 4`);
      const inPage = await page.evaluate((z) => {
        const { decode } = document.querySelector<Host>(".latent-explorer")!.latentExplorer;
        return [0, 1, 2, 3, 4].flatMap((i) => [...decode(z.slice(2 * i, 2 * i + 2))]);
      }, run.z);
      const most = inPage.reduce((m, value, i) => Math.max(m, Math.abs(value - images[i])), 0);
      assert.ok(most < 0.06, `epoch ${epoch}: ${most}`);
      await page.keyboard.press("ArrowLeft");
    }
    assert.equal(await place(page), 0);
  },
);

browserTest(
  "epochsHtml() a chosen digit keeps to its code; codes and images change with the epoch",
  async (browser) => {
    const page = await browser.newPage();
    await open(page);
    await pick(page, 7);
    await settled(page);
    near(await point(page), run.epochs[3].codes.row(7));
    const pictures = [".plane canvas", 'canvas[aria-label="The decoded image"]'];
    const before = await Promise.all(pictures.map((selector) => drawn(page, selector)));
    await scrubber(page).focus();
    await page.keyboard.press("Home");
    await settled(page);
    near(await point(page), run.epochs[0].codes.row(7));
    await page.getByText(/σ \(0\.61, 0\.61\)/).waitFor();
    await page.locator("figcaption", { hasText: /^reconstruction$/ }).waitFor();
    for (const [i, selector] of pictures.entries()) {
      assert.notEqual(await drawn(page, selector), before[i], selector);
    }
    // A point that was moved off its digit stays where it is.
    await page.evaluate(() =>
      document.querySelector<Host>(".latent-explorer")!.latentExplorer.moveTo([1, 1])
    );
    await page.keyboard.press("End");
    await settled(page);
    assert.deepEqual(await point(page), [1, 1]);
  },
);

browserTest(
  "epochsHtml() plays from the first epoch to the last, and stops there",
  async (browser) => {
    for (const [reducedMotion, atLeast] of [["no-preference", 1500], ["reduce", 4000]] as const) {
      const page = await browser.newPage({ reducedMotion });
      await open(page);
      const started = performance.now();
      await page.getByRole("button", { name: "▶ Play epochs" }).click();
      assert.equal(await place(page), 0);
      await page.getByRole("button", { name: "❚❚ Pause" }).waitFor();
      await page.getByRole("button", { name: "▶ Play epochs" }).waitFor();
      assert.equal(await place(page), 3);
      assert.ok(performance.now() - started > atLeast, reducedMotion);
      await page.close();
    }
  },
);

browserTest(
  "epochsHtml() Pause stays; drawing goes to the last epoch, the only one that can encode",
  async (browser) => {
    const page = await browser.newPage({ viewport: { width: 1000, height: 1200 } });
    await open(page);
    await page.getByRole("button", { name: "▶ Play epochs" }).click();
    await page.getByRole("button", { name: "❚❚ Pause" }).click();
    const stopped = await place(page);
    await page.waitForTimeout(900);
    assert.equal(await place(page), stopped);
    const pad = page.getByRole("application", { name: /^Draw/ });
    await pad.focus();
    for (const key of [" ", "ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
    await settled(page);
    await page.getByRole("figure", { name: "your digit", exact: true }).waitFor();
    assert.equal(await place(page), 3);
    // Back at an epoch without an encoder, the drawing has no code.
    await scrubber(page).focus();
    await page.keyboard.press("Home");
    await settled(page);
    const source = await page.evaluate(() =>
      document.querySelector<Host>(".latent-explorer")!.latentExplorer.source()
    );
    assert.equal(source, null);
  },
);
