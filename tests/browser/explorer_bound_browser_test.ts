/** The explorer's bound in a browser: what it shows, and how it is pointed at. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { Browser, Page } from "playwright-core";
import { type Codes } from "../../lib/data/codes.ts";
import { digits } from "../../lib/data/digits.ts";
import type { ImageSet } from "../../lib/data/image_set.ts";
import { drawSet } from "../../lib/data/synthetic.ts";
import { iwaeBound } from "../../lib/evaluation/importance_bound.ts";
import { encodeAll } from "../../lib/latent/encode.ts";
import { exportModel } from "../../lib/latent/model_export.ts";
import { analyticKl } from "../../lib/losses.ts";
import type { Model } from "../../lib/models/model.ts";
import { preset } from "../../lib/models/presets.ts";
import { epochsHtml } from "../../lib/visuals/explorer/epochs.ts";
import { explorerHtml } from "../../lib/visuals/explorer/explorer.ts";
import { browserTest } from "./chromium.ts";

await tf.setBackend("cpu");

/** The explorer's element, with what `build_page.ts` hangs on it. */
interface Host extends Element {
  latentExplorer: {
    pick(index: number): void;
    moveTo(z: ArrayLike<number>): void;
    z: Float32Array;
    source(): { index: number | null; pixels: Float32Array; mean: Float32Array } | null;
  };
}

const count = 60;
const images = await drawSet(digits, "test", count, 1);

/** A small dense VAE that tells its images apart, and its codes of them. */
async function aModel(): Promise<{ model: Model; codes: Codes }> {
  const model = preset("dense-vae-64", { latentDim: 3, seed: 1 }).build();
  // A fresh encoder's codes are all alike.
  model.encoder.setWeights(model.encoder.getWeights().map((weight) => weight.mul(1.5)));
  model.decoder.setWeights(model.decoder.getWeights().map((weight) => weight.mul(2)));
  return { model, codes: await encodeAll(model, images) };
}
const { model, codes } = await aModel();
const { html } = explorerHtml(await exportModel(model), {
  codes,
  originals: images,
  title: "bound",
});

/** −log p(x|z) at the mean code, and the KL of each image, in nats. */
function termsOf(pixels: Float32Array): { reconstruction: number; kl: number } {
  return tf.tidy(() => {
    const x = tf.tensor4d(pixels, [1, 28, 28, 1]);
    const { mean, logVar } = model.encode(x);
    return {
      reconstruction: model.nll(mean, x).dataSync()[0],
      kl: analyticKl(mean, logVar!).dataSync()[0],
    };
  });
}
const treated = (index: number, { pixels }: ImageSet = images) =>
  Float32Array.from(pixels.subarray(index * 784, (index + 1) * 784), (grey) => grey > 127 ? 1 : 0);

const near = (got: number, wanted: number, within = 0.15) =>
  assert.ok(Math.abs(got - wanted) <= within, `${got}, wanted ${wanted}`);

const settled = (page: Page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20))));

/** A page with the explorer, and no network. */
async function open(browser: Browser, phone = false, content = html): Promise<Page> {
  const context = await browser.newContext(
    phone
      ? { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } }
      : { viewport: { width: 1000, height: 1000 } },
  );
  const page = await context.newPage();
  await page.route("**/*", (route) => route.abort());
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.setContent(
    `<!doctype html><meta name="viewport" content="width=device-width"><body>${content}`,
  );
  await page.waitForFunction(() =>
    document.querySelector<Host>(".latent-explorer")!.latentExplorer
  );
  await settled(page);
  return page;
}

const pick = async (page: Page, index: number) => {
  await page.evaluate(
    (index) => document.querySelector<Host>(".latent-explorer")!.latentExplorer.pick(index),
    index,
  );
  await settled(page);
};
const state = (page: Page) =>
  page.evaluate(() => {
    const { z, source } = document.querySelector<Host>(".latent-explorer")!.latentExplorer;
    const { index, pixels } = source() ?? {};
    return { z: [...z], index, pixels: pixels && [...pixels] };
  });
const planeOf = (page: Page) => page.getByRole("application", { name: /^Latent plane/ });

/** The table's numbers, row by row; NaN where there is none. */
const table = async (page: Page) => {
  const rows = await page.locator("table tr:has(td)").all();
  return await Promise.all(
    rows.map(async (row) =>
      (await row.locator("td").allInnerTexts()).map((text) =>
        text === "" ? NaN : Number(text.split(" ")[0].replace("−", "-"))
      )
    ),
  );
};

/** How much is drawn above the codes, or on another canvas of the plane. */
const ink = (page: Page, canvas = "canvas.above") =>
  page.evaluate((selector) => {
    const canvas = document.querySelector(".latent-explorer")!.shadowRoot!
      .querySelector<HTMLCanvasElement>(`.plane ${selector}`)!;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((sum, value, i) => sum + (i % 4 === 3 ? value : 0), 0);
  }, canvas);

/** Draws a stroke with the pen. */
async function draw(page: Page, steps = 12): Promise<void> {
  await page.getByRole("application", { name: /^Draw a digit/ }).focus();
  await page.keyboard.press(" ");
  for (let i = 0; i < steps; i++) await page.keyboard.press("ArrowDown");
  await settled(page);
  await settled(page);
}

browserTest(
  "explorerHtml() says lib's terms of a chosen digit, and of the point where it is",
  async (browser) => {
    const page = await open(browser);
    await pick(page, 5);
    const { reconstruction, kl } = termsOf(treated(5));
    const [[atMean, here], [klThere], [sum]] = await table(page);
    near(atMean, reconstruction);
    near(klThere, kl);
    near(sum, reconstruction + kl);
    assert.ok(Number.isNaN(here), "the point is at the mean");
    const z = [0.5, -1, 2];
    await page.evaluate(
      (z) => document.querySelector<Host>(".latent-explorer")!.latentExplorer.moveTo(z),
      z,
    );
    await settled(page);
    const wanted = tf.tidy(() =>
      model.nll(tf.tensor2d([z]), tf.tensor4d(treated(5), [1, 28, 28, 1])).dataSync()[0]
    );
    const [[still, moved]] = await table(page);
    assert.equal(still, atMean);
    near(moved, wanted);
    assert.ok(Math.abs(moved - still) > 1, "elsewhere it costs something else");
    // The KL of the slider's dimension, to ears.
    const said = await page.getByRole("slider", { name: "z2" }).getAttribute("aria-description");
    assert.match(said!, /^KL \d+\.\d\d nats$/);
  },
);

browserTest(
  "explorerHtml() samples q(z|x): the cloud, and the bounds of iwaeBound() for the same ε",
  async (browser) => {
    const page = await open(browser);
    const button = page.getByRole("button", { name: "Sample q(z|x)" });
    assert.ok(await button.isDisabled());
    await pick(page, 7);
    const before = await ink(page);
    await button.click();
    await settled(page);
    assert.ok(await ink(page) > before, "a cloud is drawn");
    await page.waitForFunction(() => {
      const root = document.querySelector(".latent-explorer")!.shadowRoot!;
      return /±/.test(root.querySelector("table")!.textContent);
    });
    const one = { ...images, count: 1, pixels: images.pixels.slice(7 * 784, 8 * 784) };
    const wanted = await iwaeBound(model, one, { k: 100, count: 1, seed: 1 });
    const [, , [, , elbo], [, , ten], [, , hundred]] = await table(page);
    near(elbo, -wanted.elbo);
    near(hundred, -wanted.bound);
    assert.ok(elbo >= ten && ten >= hundred, `${elbo}, ${ten}, ${hundred}`);
    await pick(page, 8);
    assert.ok(Number.isNaN((await table(page))[2][2]), "another digit has no draws yet");
  },
);

browserTest(
  "explorerHtml() scores a drawn digit and places it among the test digits",
  async (browser) => {
    const page = await open(browser);
    await draw(page);
    await page.getByText(/rank \d+ of 61, stranger than \d+ % of test digits$/).first()
      .waitFor();
    const { pixels } = await state(page);
    const lossOf = (pixels: Float32Array) => {
      const { reconstruction, kl } = termsOf(pixels);
      return reconstruction + kl;
    };
    const own = lossOf(Float32Array.from(pixels!));
    const [, , [sum]] = await table(page);
    near(sum, own);
    // One that is as good as its neighbour may stand on either side of it.
    const scores = Array.from({ length: count }, (_, i) => lossOf(treated(i)));
    const [low, high] = [-0.1, 0.1].map((off) =>
      scores.filter((score) => score < own + off).length
    );
    const text = await page.locator(".rank").innerText();
    const rank = Number(text.match(/rank (\d+)/)![1]);
    assert.ok(rank >= low + 1 && rank <= high + 1, `${rank}: ${low} to ${high} are less`);
    await pick(page, 3);
    assert.deepEqual(await page.locator(".marks span").allInnerTexts(), [
      `test digit 3, a ${images.labels![3]}`,
      "your digit",
    ]);
    await page.getByRole("button", { name: "Clear" }).click();
    await settled(page);
    await settled(page);
    assert.equal(await page.locator(".marks span").count(), 1);
  },
);

browserTest(
  "explorerHtml() a bar of the histogram shows its codes, by keyboard too, and enter chooses one",
  async (browser) => {
    const page = await open(browser);
    await pick(page, 0);
    await page.getByText(/of 60, stranger/).first().waitFor();
    const bars = page.getByRole("slider", { name: "−ELBO of the test digits, bar by bar" });
    await bars.focus();
    for (let i = 0; i < 12; i++) await page.keyboard.press("ArrowRight");
    const words = (await bars.getAttribute("aria-valuetext"))!;
    const [, n, from, to] = words.match(/^(\d+) test digits? of (\d+) to (\d+) nats$/)!.map(Number);
    const scores = Array.from({ length: count }, (_, i) => {
      const { reconstruction, kl } = termsOf(treated(i));
      return reconstruction + kl;
    });
    const inside = scores.filter((score) => score > from - 1 && score < to + 1).length;
    assert.ok(
      n <= inside && n >= scores.filter((score) => score > from + 1 && score < to - 1).length,
    );
    const [all, few] = [await ink(page, "canvas:not(.above)"), n];
    await page.keyboard.press("Tab");
    await settled(page);
    assert.ok(
      await ink(page, "canvas:not(.above)") > all,
      `the codes of ${few} stood out, now all ${count} do`,
    );
    // The first bar holds the least loss of all.
    await bars.focus();
    for (let i = 0; i < 40; i++) await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    await settled(page);
    const { index } = await state(page);
    near(
      scores[index!],
      Math.min(...scores),
      0.2 + (Math.max(...scores) - Math.min(...scores)) / 30,
    );
  },
);

browserTest(
  "explorerHtml() a code under the mouse says whose it is, and its nats",
  async (browser) => {
    const page = await open(browser);
    const place = (await planeOf(page).boundingBox())!;
    const readout = page.locator(".readout");
    let words = "";
    for (let i = 0; i < 400 && !words.startsWith("test digit"); i++) {
      const [x, y] = [(i * 0.618) % 1, (i * 0.325) % 1];
      await page.mouse.move(place.x + place.width * x, place.y + place.height * y);
      words = await readout.innerText();
    }
    const [, index, label, nats] = words.match(/^test digit (\d+), a (\d): ([\d.]+) nats$/)!.map(
      Number,
    );
    assert.equal(label, images.labels![index]);
    const { reconstruction, kl } = termsOf(treated(index));
    near(nats, reconstruction + kl);
    assert.equal((await state(page)).index, undefined, "nothing was chosen");
  },
);

browserTest(
  "explorerHtml() a slider that is focused shows on the plane where its number leads",
  async (browser) => {
    const page = await open(browser);
    const before = await ink(page);
    await page.getByRole("slider", { name: "z1" }).focus();
    await settled(page);
    assert.ok(await ink(page) > before, "a line through the point");
    await page.getByRole("button", { name: "All to 0" }).focus();
    await settled(page);
    assert.equal(await ink(page), before);
  },
);

browserTest(
  "explorerHtml() a pixel's loss is said, by mouse and by arrow keys",
  async (browser) => {
    const page = await open(browser);
    await pick(page, 2);
    const picture = page.getByRole("application", { name: /^Loss per pixel/ });
    const box = (await picture.boundingBox())!;
    await page.mouse.move(box.x + 12.5 / 28 * box.width, box.y + 14.5 / 28 * box.height);
    const readout = page.locator(".readout");
    const saidOf = async () => {
      const [, row, column, nats] = (await readout.innerText())
        .match(/^row (\d+), column (\d+): (.*) nats$/)!.map(Number);
      return { row, column, nats };
    };
    const wanted = (row: number, column: number) =>
      tf.tidy(() => {
        const x = tf.tensor4d(treated(2), [1, 28, 28, 1]);
        const logit = model.decode(model.encode(x).mean).dataSync()[(row - 1) * 28 + column - 1];
        const value = treated(2)[(row - 1) * 28 + column - 1];
        return Math.log1p(Math.exp(logit)) - logit * value;
      });
    const pointed = await saidOf();
    assert.deepEqual([pointed.row, pointed.column], [15, 13]);
    near(pointed.nats, wanted(15, 13), 0.02);
    await picture.focus();
    await page.keyboard.press("ArrowRight");
    const walked = await saidOf();
    assert.deepEqual([walked.row, walked.column], [15, 14]);
    near(walked.nats, wanted(15, 14), 0.02);
  },
);

browserTest(
  "explorerHtml() Play says why it waits, marks do not move the page, and a choice pauses it",
  async (browser) => {
    const page = await open(browser);
    const play = page.getByRole("button", { name: "▶ Play" });
    assert.ok(await play.isDisabled());
    const why = page.getByText("Mark two points, then play the way.");
    await why.waitFor();
    const height = () =>
      page.locator(".latent-explorer").evaluate((host) => {
        const parts = [
          ...host.shadowRoot!.querySelectorAll<HTMLElement>(".now, .left, .controls, .bound"),
        ];
        return [host, ...parts].map(({ clientHeight, className }) =>
          `${className} ${clientHeight}`
        );
      });
    const before = await height();
    await pick(page, 1);
    await page.getByRole("button", { name: "Mark A" }).click();
    await pick(page, 2);
    await page.getByRole("button", { name: "Mark B" }).click();
    await settled(page);
    assert.deepEqual(await height(), before);
    assert.equal(await why.count(), 0);
    for (const choose of [() => pick(page, 4), () => draw(page)]) {
      await play.click();
      await page.getByRole("button", { name: "❚❚ Pause" }).waitFor();
      await choose();
      await play.waitFor();
      const { z } = await state(page);
      await page.waitForTimeout(200);
      assert.deepEqual((await state(page)).z, z, "the point stays");
    }
  },
);

/** A finger goes from one place to another. */
async function swipe(page: Page, [x, y]: number[], [toX, toY]: number[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const at = (part: number) => [{ x: x + part * (toX - x), y: y + part * (toY - y) }];
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0) });
  for (let i = 1; i <= 10; i++) {
    await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(i / 10) });
    await settled(page);
  }
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await page.waitForTimeout(200);
}

browserTest(
  "explorerHtml() on a phone: a thumb scrolls past the plane, and drags the point it takes",
  async (browser) => {
    const page = await open(browser, true);
    const scrolled = () => page.evaluate(() => scrollY);
    const box = (await planeOf(page).boundingBox())!;
    const middle = [box.x + 30 + (box.width - 40) / 2, box.y + 10 + (box.height - 34) / 2];
    await page.touchscreen.tap(middle[0], middle[1]);
    await settled(page);
    const { z: tapped } = await state(page);
    await swipe(page, middle, [middle[0] + 60, middle[1] - 60]);
    assert.equal(await scrolled(), 0, "the page stays while the point is dragged");
    const { z } = await state(page);
    assert.ok(Math.hypot(...z.map((value, i) => value - tapped[i])) > 0.1, "the point followed");
    await swipe(page, [middle[0] - 100, middle[1]], [middle[0] - 100, middle[1] - 200]);
    assert.ok(await scrolled() > 50, `${await scrolled()} px`);
    assert.deepEqual((await state(page)).z, z, "the point stays while the page scrolls");
  },
);

browserTest("explorerHtml() on a phone: what is drawn is in sight of the pad", async (browser) => {
  const page = await open(browser, true);
  const pad = page.getByRole("application", { name: /^Draw a digit/ });
  await pad.evaluate((canvas) => canvas.scrollIntoView({ block: "center" }));
  await settled(page);
  const [picture, paper] = [
    await page.getByRole("img", { name: "The decoded image" }).boundingBox(),
    await pad.boundingBox(),
  ];
  assert.ok(picture!.y >= 0 && picture!.y + picture!.height <= 844, `picture at ${picture!.y}`);
  assert.ok(paper!.y > picture!.y + picture!.height, "the pad is not covered");
  assert.ok(paper!.y + paper!.height <= 844, `pad at ${paper!.y}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `no sideways scrolling: ${wide}`);
});

browserTest("explorerHtml() says why an autoencoder has no bound", async (browser) => {
  const plain = await exportModel(preset("conv-ae-2").build());
  const page = await open(browser, false, explorerHtml(plain, { title: "ae" }).html);
  await page.getByText(/without q\(z\|x\) there is no KL, no ELBO/).waitFor();
  assert.equal(await page.locator("table").count(), 0);
});

browserTest(
  "epochsHtml() scores all images anew with the weights of the epoch that is chosen",
  async (browser) => {
    const last = { epoch: 1, model: await exportModel(model), codes };
    const weights = model.decoder.getWeights().map((weight) => weight.clone());
    model.decoder.setWeights(weights.map((weight) => weight.mul(3)));
    const first = { epoch: 0, model: await exportModel(model), codes };
    const { reconstruction, kl } = termsOf(treated(5));
    model.decoder.setWeights(weights);
    const page = await open(browser, false, epochsHtml([first, last], { originals: images }).html);
    await pick(page, 5);
    const ranked = () => page.getByText(/of 60, stranger/).first().waitFor();
    await ranked();
    const range = () => page.locator(".histogram p").innerText();
    const [before, [, , [sum]]] = [await range(), await table(page)];
    await page.getByRole("slider", { name: "Epoch", exact: true }).focus();
    await page.keyboard.press("Home");
    await settled(page);
    await ranked();
    const [, , [then]] = await table(page);
    // Earlier weights are steps of signed bytes.
    near(then, reconstruction + kl, 0.02 * then);
    assert.ok(Math.abs(then - sum) > 0.1 * sum, `${then}, at the end ${sum}`);
    await page.getByText(/^\d+ nats and more$/).waitFor({ timeout: 5000 });
    assert.notEqual(await range(), before);
  },
);
