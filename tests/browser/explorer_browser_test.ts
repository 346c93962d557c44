import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { Page } from "playwright-core";
import { Codes } from "../../lib/data/codes.ts";
import { digitNames } from "../../lib/data/labels.ts";
import { createImageSet } from "../../lib/data/image_set.ts";
import { exportModel } from "../../lib/latent/model_export.ts";
import {
  conv2d,
  conv2dTranspose,
  createVae,
  dense,
  flatten,
  type Model,
  reshape,
} from "../../lib/models/mod.ts";
import { preset, type PresetChanges, type PresetName } from "../../lib/models/presets.ts";
import { RandomStream } from "../../lib/random.ts";
import { decoderHtml, explorerHtml, slidersHtml } from "../../lib/visuals/explorer/explorer.ts";
import { browserTest } from "./chromium.ts";

await tf.setBackend("cpu");

/** What `start.ts` hangs on its element. */
interface Explorer {
  decode(z: ArrayLike<number>): Float32Array;
  encode(pixels: Float32Array): { mean: Float32Array; sigma: Float32Array | null };
  z: Float32Array;
  source(): { index: number | null; pixels: Float32Array; mean: Float32Array } | null;
  frameMilliseconds: number[];
}
declare global {
  interface HTMLElement {
    latentExplorer: Explorer;
  }
}

/** Logits as a trained decoder has them, some ±10: a fresh one decodes the same grey everywhere. */
function sharpen(model: Model): Model {
  for (const part of [model.encoder, model.decoder]) {
    part.setWeights(
      part.getWeights().map((weight, i) => {
        const noise = new RandomStream(5, "bias", i).normals(weight.size);
        return weight.rank === 1 ? tf.tensor(noise, weight.shape).mul(0.1) : weight.mul(1.6);
      }),
    );
  }
  const { latentDim } = model.config;
  const z = tf.tensor2d(new RandomStream(6, "z").normals(4 * latentDim), [4, latentDim]);
  const spread = tf.moments(model.decode(z)).variance.sqrt();
  const last = model.decoder.layers.findLast((layer) => layer.getWeights().length > 0)!;
  last.setWeights(last.getWeights().map((weight) => weight.mul(4).div(spread)));
  return model;
}

async function explore(name: PresetName, changes: PresetChanges) {
  const model = sharpen(preset(name, changes).build());
  const count = 1000;
  const pixels = Uint8Array.from(
    { length: count * 784 },
    (_, i) => Math.abs((i % 28) - 14) < (Math.floor(i / 784) % 5) + 1 ? 255 : 0,
  );
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  const { latentDim } = model.config;
  const values = new RandomStream(1, "codes").normals(count * latentDim);
  const codes = new Codes(values, latentDim, { labels, classNames: digitNames });
  const originals = createImageSet({ name: "bars", pixels, labels, shape: [28, 28, 1] });
  const options = { title: name, codes, originals };
  const plain = await exportModel(model);
  return { model, plain, options, html: explorerHtml(plain, options).html };
}

const known = new Map<string, ReturnType<typeof explore>>();

/** A preset's model and its explorer, made once for all tests: none of them changes either. */
function explored(name: PresetName, changes: PresetChanges = {}) {
  const key = JSON.stringify([name, changes]);
  if (!known.has(key)) known.set(key, explore(name, changes));
  return known.get(key)!;
}

/** Opens HTML with every request to the network blocked, and waits for its explorers. */
async function open(page: Page, html: string): Promise<void> {
  await page.route("**/*", (route) => route.abort());
  page.on("pageerror", (error) => {
    throw error;
  });
  const phone = '<meta name="viewport" content="width=device-width">';
  await page.setContent(html.startsWith("<!") ? html : `<!doctype html>${phone}<body>${html}`);
  await page.waitForFunction(() =>
    [...document.querySelectorAll<HTMLElement>(".latent-explorer")].every((host) =>
      host.latentExplorer
    )
  );
  await settled(page);
}

const settled = (page: Page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));

/** The decoded picture as its grey bytes. */
const picture = (page: Page, at = 0) =>
  page.evaluate((at) => {
    const root = document.querySelectorAll(".latent-explorer")[at].shadowRoot!;
    const canvas = root.querySelector<HTMLCanvasElement>('canvas[aria-label="The decoded image"]')!;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    return Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]);
  }, at);
const point = (page: Page, at = 0) =>
  page.evaluate(
    (at) => [...document.querySelectorAll<HTMLElement>(".latent-explorer")[at].latentExplorer.z],
    at,
  );
const planeOf = (page: Page) => page.getByRole("application", { name: /^Latent plane/ });

/** Largest difference, in grey values of 255, between the page's decoding and tfjs's. */
async function decodingDifference(
  page: Page,
  { model, html }: Pick<Awaited<ReturnType<typeof explore>>, "model" | "html">,
) {
  await open(page, html);
  const count = 8, { latentDim } = model.config;
  const codes = new RandomStream(9, "z").normals(count * latentDim);
  const inPage = await page.evaluate(({ codes, latentDim }) => {
    const { decode } = document.querySelector<HTMLElement>(".latent-explorer")!.latentExplorer;
    return Array.from(
      { length: codes.length / latentDim },
      (_, i) => [...decode(codes.slice(i * latentDim, (i + 1) * latentDim))],
    ).flat();
  }, { codes: [...codes], latentDim });
  const wanted = tf.tidy(() =>
    model.pixelMeans(tf.tensor2d(codes, [count, latentDim])).dataSync<
      "float32"
    >()
  );
  assert.ok(Math.max(...wanted) - Math.min(...wanted) > 0.5, "a picture, not one grey");
  return 255 * wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - inPage[i])), 0);
}

const decodings: [PresetName, PresetChanges, number][] = [
  ["conv-vae", {}, 2],
  ["conv-vae", { latentDim: 1 }, 2],
  ["conv-ae-10", {}, 2],
  ["dense-vae-64", {}, 2],
  // Signed bytes: coarser, so these models only have to look the same.
  ["conv-vae-50", {}, 10],
  ["dense-vae", {}, 10],
];
for (const [name, changes, tolerance] of decodings) {
  const which = `${name}${changes.latentDim ? `, latentDim ${changes.latentDim}` : ""}`;
  browserTest(
    `explorerHtml() ${which}: pixels within ${tolerance}/255 of tfjs's`,
    async (browser) => {
      const page = await browser.newPage();
      const difference = await decodingDifference(page, await explored(name, changes));
      console.log(`${which}: largest difference ${difference.toFixed(2)}/255`);
      assert.ok(difference <= tolerance, `${difference}/255`);
    },
  );
}

browserTest("explorerHtml() conv-vae with 1,000 digits: under 500 KB", async () => {
  const { plain, options } = await explored("conv-vae");
  // Random bytes do not deflate: 150 of them a digit, the rest blank, come to what real ones take.
  const noise = new RandomStream(2, "pixels");
  const pixels = Uint8Array.from(
    { length: 784_000 },
    (_, i) => (i % 784) < 150 ? noise.integer(256) : 0,
  );
  const originals = { ...options.originals, pixels };
  const { bytes } = explorerHtml(plain, { ...options, originals });
  console.log(`${bytes} bytes`);
  assert.ok(bytes < 500_000, `${bytes}`);
});

browserTest("explorerHtml() a drag changes the picture; frame times", async (browser) => {
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
  const { html } = await explored("conv-vae");
  await open(page, html);
  const before = await picture(page);
  const box = (await planeOf(page).boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  for (let i = 0; i < 100; i++) {
    const angle = i / 8;
    await page.mouse.move(
      box.x + box.width * (0.5 + 0.4 * Math.cos(angle)),
      box.y + box.height * (0.5 + 0.4 * Math.sin(angle)),
    );
    await settled(page);
  }
  await page.mouse.up();
  assert.notDeepEqual(await picture(page), before);
  const [x, y] = await point(page);
  assert.ok(Math.hypot(x, y) > 2, `the point followed: ${x}, ${y}`);
  const times = await page.evaluate(() =>
    document.querySelector<HTMLElement>(".latent-explorer")!.latentExplorer.frameMilliseconds
  );
  const decoding = await page.evaluate(() => {
    const { decode } = document.querySelector<HTMLElement>(".latent-explorer")!.latentExplorer;
    return Array.from({ length: 50 }, (_, i) => {
      const start = performance.now();
      decode([i / 10 - 2.5, 0]);
      return performance.now() - start;
    });
  });
  const show = (name: string, values: number[]) => {
    values.sort((a, b) => a - b);
    const [median, p95] = [0.5, 0.95].map((part) => values[Math.floor(part * values.length)]);
    console.log(`${name}: median ${median.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`);
  };
  show("decode", decoding);
  show(`${times.length} frames (decode and redraw)`, times.slice(10));
});

browserTest("explorerHtml() arrow keys, home, marks and play work", async (browser) => {
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
  const { html, options } = await explored("conv-vae");
  await open(page, html);
  await page.evaluate(() => {
    Object.assign(globalThis, { heard: 0 });
    document.addEventListener(
      "keydown",
      () => (globalThis as unknown as { heard: number }).heard++,
    );
  });
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
    await settled(page);
  };
  await planeOf(page).focus();
  await press("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowLeft");
  assert.deepEqual((await point(page)).map((v) => v.toFixed(2)), ["-0.80", "0.10"]);
  await press("a", "Home");
  assert.deepEqual(await point(page), [0, 0]);
  await press("Shift+ArrowRight", "b", " ");
  await page.waitForFunction(() => {
    const [x] = document.querySelector<HTMLElement>(".latent-explorer")!.latentExplorer.z;
    return x < 0.5 && x > -0.7;
  });
  await press(" ");
  const [x, y] = await point(page);
  await page.waitForTimeout(100);
  assert.deepEqual(await point(page), [x, y], "paused");
  assert.ok(Math.abs(y - 0.1 * (1 - x) / 1.8) < 1e-4, "on the line from A to B");
  await press("Home", "Enter");
  const source = await page.evaluate(() =>
    document.querySelector<HTMLElement>(".latent-explorer")!.latentExplorer.source()?.index
  );
  const codes = options.codes.values;
  const distances = Array.from(
    { length: 1000 },
    (_, i) => Math.hypot(codes[2 * i], codes[2 * i + 1]),
  );
  assert.equal(source, distances.indexOf(Math.min(...distances)));
  const heard = await page.evaluate(() => (globalThis as unknown as { heard: number }).heard);
  assert.equal(heard, 0, "the page around hears no key");
});

browserTest(
  "explorerHtml() sliders move their dimension; a screen reader hears where",
  async (browser) => {
    const page = await browser.newPage();
    const { html } = await explored("conv-vae", { latentDim: 3 });
    await open(page, html);
    assert.equal(await page.getByRole("slider", { name: /^z\d/ }).count(), 3);
    await page.getByRole("slider", { name: "z2" }).focus();
    for (let i = 0; i < 12; i++) await page.keyboard.press("ArrowRight");
    await settled(page);
    assert.deepEqual((await point(page)).map((v) => v.toFixed(1)), ["0.0", "1.2", "0.0"]);
    await page.waitForTimeout(700);
    assert.match(await page.locator("[aria-live]").innerText(), /z = \(0\.00, 1\.20, 0\.00\)/);
  },
);

browserTest(
  "explorerHtml() a tap on a code shows its original and its reconstruction",
  async (browser) => {
    const context = await browser.newContext({
      hasTouch: true,
      isMobile: true,
      viewport: { width: 390, height: 844 },
    });
    const page = await context.newPage();
    const { plain, options } = await explored("conv-vae");
    // One code, far from all others.
    const values = options.codes.values.map((v) => Math.abs(v));
    const { labels, classNames } = options.codes;
    const codes = new Codes(values, 2, { labels, classNames });
    codes.row(123).set([-1.5, -1.5]);
    await open(page, explorerHtml(plain, { ...options, codes }).html);
    const box = (await planeOf(page).boundingBox())!;
    const inner = box.width - 40, innerHeight = box.height - 34;
    await page.touchscreen.tap(box.x + 30 + 0.25 * inner + 4, box.y + 10 + 0.75 * innerHeight - 3);
    await settled(page);
    assert.deepEqual(await point(page), [...codes.row(123)], "snapped to the code");
    const source = await page.evaluate(() => {
      const source = document.querySelector<HTMLElement>(".latent-explorer")!.latentExplorer
        .source()!;
      return { index: source.index, pixels: [...source.pixels] };
    });
    assert.equal(source.index, 123);
    const original = options.originals.pixels.subarray(123 * 784, 124 * 784);
    assert.deepEqual(source.pixels, [...original].map((grey) => grey / 255));
    await page.getByRole("figure", { name: "reconstruction", exact: true }).waitFor();
    await page.getByRole("figure", { name: "test digit 123, a 3", exact: true }).waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `no sideways scrolling on a phone: ${wide}`);
    await context.close();
  },
);

for (const name of ["conv-vae", "dense-vae-64", "conv-ae-10"] as const) {
  browserTest(
    `explorerHtml() ${name}: a drawn digit is encoded as tfjs encodes it`,
    async (browser) => {
      const page = await browser.newPage({ viewport: { width: 1000, height: 1200 } });
      const { model, html } = await explored(name);
      await open(page, html);
      const pad = page.getByRole("application", { name: /^Draw a digit/ });
      await pad.scrollIntoViewIfNeeded();
      const box = (await pad.boundingBox())!;
      await page.mouse.move(box.x + 30, box.y + 20);
      await page.mouse.down();
      await page.mouse.move(box.x + 110, box.y + 24, { steps: 8 });
      await page.mouse.move(box.x + 60, box.y + 150, { steps: 8 });
      await page.mouse.up();
      await settled(page);
      await settled(page);
      const drawn = await page.evaluate(() => {
        const { source, encode } =
          document.querySelector<HTMLElement>(".latent-explorer")!.latentExplorer;
        const { pixels } = source()!;
        const { mean, sigma } = encode(pixels);
        return { pixels: [...pixels], mean: [...mean], sigma: sigma && [...sigma] };
      });
      const { mean, logVar } = model.encode(tf.tensor4d(drawn.pixels, [1, 28, 28, 1]));
      const ink = drawn.pixels.filter((value) => value > 0.5).length;
      assert.ok(ink > 50 && ink < 250, `${ink} pixels of ink`);
      const near = (got: number[], wanted: ArrayLike<number>) =>
        got.forEach((value, i) =>
          assert.ok(
            Math.abs(value - wanted[i]) < 0.01 * (1 + Math.abs(wanted[i])),
            `${value} ${wanted[i]}`,
          )
        );
      near(drawn.mean, mean.dataSync());
      assert.deepEqual((await point(page)).length, drawn.mean.length);
      near(await point(page), mean.dataSync());
      assert.equal(drawn.sigma === null, model.config.kind === "ae");
      if (drawn.sigma) near(drawn.sigma, logVar!.mul(0.5).exp().dataSync());
    },
  );
}

browserTest("explorerHtml() the pen draws by keyboard, and clears", async (browser) => {
  const page = await browser.newPage();
  const { html } = await explored("conv-vae");
  await open(page, html);
  const source = () =>
    page.evaluate(() =>
      document.querySelector<HTMLElement>(".latent-explorer")!.latentExplorer.source()?.index
    );
  await page.getByRole("application", { name: /^Draw a digit/ }).focus();
  await page.keyboard.press("ArrowDown");
  await settled(page);
  assert.equal(await source(), undefined, "a lifted pen leaves no ink");
  await page.keyboard.press(" ");
  for (let i = 0; i < 20; i++) await page.keyboard.press("ArrowDown");
  await settled(page);
  await settled(page);
  assert.equal(await source(), null, "the drawn digit has no index");
  await page.keyboard.press("Delete");
  await settled(page);
  await settled(page);
  assert.equal(await source(), undefined);
});

browserTest("explorerHtml() several on one page do not disturb each other", async (browser) => {
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
  const [a, b] = [await explored("conv-vae"), await explored("conv-ae-2")];
  const html = a.html + b.html + a.html + slidersHtml(b.plain, b.options).html;
  await open(page, html);
  assert.equal(await page.locator(".latent-explorer").count(), 4);
  const others = [await picture(page, 0), await picture(page, 2), await picture(page, 3)];
  await planeOf(page).nth(1).focus();
  await page.keyboard.press("Shift+ArrowRight");
  await settled(page);
  assert.deepEqual(await point(page, 1), [1, 0]);
  assert.deepEqual(await point(page, 2), [0, 0]);
  assert.deepEqual(
    [await picture(page, 0), await picture(page, 2), await picture(page, 3)],
    others,
  );
});

browserTest("explorerHtml() follows the page's theme", async (browser) => {
  const page = await browser.newPage();
  const { html } = await explored("conv-vae");
  await open(
    page,
    `<!doctype html><style>body { --jp-ui-font-color1: #222; --jp-layout-color0: #fff }
      body[data-jp-theme-light="false"] { --jp-ui-font-color1: #ddd; --jp-layout-color0: #111 }
    </style>${html}`,
  );
  /** Mean of the grid's own colour: what is drawn at the axis' ends. */
  const ink = () =>
    page.evaluate(() => {
      const canvas = document.querySelector(".latent-explorer")!.shadowRoot!
        .querySelector<HTMLCanvasElement>(".plane canvas")!;
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, 26, canvas.height);
      let [sum, count] = [0, 0];
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] > 100) [sum, count] = [sum + data[i], count + 1];
      }
      return sum / count;
    });
  assert.ok(await ink() < 80);
  await page.evaluate(() => document.body.dataset.jpThemeLight = "false");
  await settled(page);
  await settled(page);
  assert.ok(await ink() > 180);
});

browserTest("decoderHtml() is a page that decodes on its own", async (browser) => {
  const page = await browser.newPage();
  const { plain, options } = await explored("dense-vae-64", { latentDim: 2 });
  await open(page, decoderHtml(plain, options).html);
  const before = await picture(page);
  await planeOf(page).focus();
  await page.keyboard.press("Shift+ArrowUp");
  await settled(page);
  assert.notDeepEqual(await picture(page), before);
  assert.equal(await page.getByRole("application", { name: /^Draw/ }).count(), 0);
});

/** A model of 12×16 coloured images with 26 named classes, upper half red and lower half blue. */
async function exploreColour() {
  const likelihood = "bernoulli", size = 12 * 16 * 3;
  const model = sharpen(
    createVae({
      encoder: tf.sequential({
        layers: [
          conv2d({
            inputShape: [12, 16, 3],
            filters: 4,
            kernelSize: 3,
            strides: 2,
            activation: "relu",
          }),
          flatten(),
          dense({ units: 4 }),
        ],
      }),
      decoder: tf.sequential({
        layers: [
          dense({ inputShape: [2], units: 6 * 8 * 4, activation: "relu" }),
          reshape({ targetShape: [6, 8, 4] }),
          conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: "same" }),
        ],
      }),
      likelihood,
      treatment: "grey",
      seed: 1,
    }),
  );
  const classNames = [..."abcdefghijklmnopqrstuvwxyz"].map((letter) => `letter ${letter}`);
  const labels = Uint8Array.from({ length: 52 }, (_, i) => i % 26);
  const pixels = Uint8Array.from(
    { length: 52 * size },
    (_, i) => i % 3 === (i % size < size / 2 ? 0 : 2) ? 238 : 17,
  );
  const originals = createImageSet({
    name: "halves",
    pixels,
    shape: [12, 16, 3],
    labels,
    classNames,
  });
  const codes = new Codes(new RandomStream(1, "codes").normals(104), 2, { labels, classNames });
  const plain = await exportModel(model), options = { title: "colour", codes, originals };
  return { model, plain, options, html: explorerHtml(plain, options).html };
}

browserTest(
  "explorerHtml() decodes and shows colour, names every class, and draws no pad",
  async (browser) => {
    const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
    const colour = await exploreColour();
    const difference = await decodingDifference(page, colour);
    assert.ok(difference <= 2, `${difference}/255`);
    await page.evaluate(() => {
      const host = document.querySelector<HTMLElement>(".latent-explorer")!;
      (host.latentExplorer as unknown as { pick(index: number): void }).pick(27);
    });
    await settled(page);
    await page.getByRole("figure", { name: "test image 27, letter b", exact: true }).waitFor();
    const [above, below] = await page.evaluate(() => {
      const root = document.querySelector(".latent-explorer")!.shadowRoot!;
      const canvas = root.querySelector<HTMLCanvasElement>(
        'canvas[aria-label="The image that was encoded"]',
      )!;
      const context = canvas.getContext("2d")!;
      return [0, 11].map((y) => [...context.getImageData(5, y, 1, 1).data]);
    });
    assert.deepEqual([above, below], [[238, 17, 17, 255], [17, 17, 238, 255]]);
    const { length } = await page.getByRole("button", { name: /^Only the codes of letter [a-z]$/ })
      .all();
    assert.equal(length, 26);
    assert.equal(await page.getByRole("application", { name: /^Draw/ }).count(), 0);
  },
);

browserTest(
  "explorerHtml() without labels has dots and originals, and no legend",
  async (browser) => {
    const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
    const { plain, options } = await exploreColour();
    const codes = new Codes(options.codes.values, 2);
    await open(page, explorerHtml(plain, { ...options, codes }).html);
    assert.equal(await page.getByRole("group", { name: "Legend" }).count(), 0);
    await planeOf(page).focus();
    await page.keyboard.press("Enter");
    await settled(page);
    await page.getByRole("figure", { name: /^test image \d+$/ }).waitFor();
  },
);

browserTest(
  "explorerHtml() scales a drawing that is no digit to the model's size",
  async (browser) => {
    const page = await browser.newPage({ viewport: { width: 1000, height: 1200 } });
    const plain = await exportModel(preset("dense-vae", { inputShape: [20, 20, 1] }).build());
    await open(page, explorerHtml(plain).html);
    const pad = page.getByRole("application", { name: /^Draw an image/ });
    await pad.scrollIntoViewIfNeeded();
    const box = (await pad.boundingBox())!;
    await page.mouse.move(box.x + 0.25 * box.width, box.y + 0.25 * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.26 * box.width, box.y + 0.25 * box.height);
    await page.mouse.up();
    await settled(page);
    await settled(page);
    const pixels = await page.evaluate(() => [
      ...document.querySelector<HTMLElement>(".latent-explorer")!.latentExplorer.source()!.pixels,
    ]);
    assert.equal(pixels.length, 400);
    assert.ok(pixels[5 * 20 + 5] > 0.5, "ink where it was drawn, not in the middle");
    assert.equal(pixels[10 * 20 + 10], 0);
  },
);
