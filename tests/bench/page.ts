/**
 * The page that trains, in Chromium, opened from the disk: when its first picture is there, how many images a
 * second it goes through, and how long its frames take meanwhile.
 *
 *     deno run -A tests/bench/page.ts [rounds] [seconds] [page.html]
 */
import { loadavg } from "node:os";
import type { Browser, Page } from "playwright-core";
import { loadMnist } from "../../lib/data/mod.ts";
import type { LiveSettings } from "../../lib/live/contents.ts";
import { trainingPage } from "../../lib/live/mod.ts";
import { launchChromium } from "../browser/chromium.ts";
import type { Hook } from "../live/hook.ts";

declare global {
  var livePage: Hook;
}

const networks = ["dense-256", "dense-512", "conv-16", "conv-32"] as const;
const [rounds, seconds] = [Number(Deno.args[0] ?? 3), Number(Deno.args[1] ?? 6)];

/** The value that a share of all values is below. */
function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
const median = (values: number[]) => quantile(values, 0.5);

async function opened(browser: Browser, file: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`file://${file}`);
  await page.waitForFunction(() => livePage.log !== null, null, { timeout: 0 });
  return page;
}

/** Milliseconds between frames while a network trains from its beginning, and its rate. */
async function trained(page: Page, network: LiveSettings["network"]) {
  await page.evaluate((network) => {
    const settings = { kind: "vae", latentDim: 2, beta: 1, learningRate: 1e-3, seed: 1 } as const;
    livePage.send({ kind: "begin", settings: { network, ...settings } });
    livePage.send({ kind: "play" });
  }, network);
  await page.waitForFunction(
    (network) => livePage.log!.log.settings!.network === network && livePage.status()!.steps > 20,
    network,
    { timeout: 0 },
  );
  const result = await page.evaluate(async (milliseconds) => {
    const gaps: number[] = [];
    const steps = livePage.status()!.steps, start = performance.now();
    for (let last = start; last - start < milliseconds;) {
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
      if (now > last) gaps.push(now - last);
      last = Math.max(now, last);
    }
    return {
      gaps,
      stepsPerSecond: 1000 * (livePage.status()!.steps - steps) / (performance.now() - start),
    };
  }, 1000 * seconds);
  await page.evaluate(() => livePage.send({ kind: "pause" }));
  await page.waitForFunction(() => !livePage.status()!.playing, null, { timeout: 0 });
  return result;
}

let file = Deno.args[2];
if (!file) {
  file = await Deno.makeTempFile({ suffix: ".html" });
  const { page, bytes } = await trainingPage(await loadMnist({ source: "mnist" }));
  await Deno.writeTextFile(file, page);
  console.log(`${(bytes / 1e6).toFixed(2)} MB`);
}
const firstPictures: number[] = [];
const measured = new Map<string, { gaps: number[]; rates: number[] }>();
const engines = new Set<string>();
for (let round = 0; round < rounds; round++) {
  // A browser of its own: nothing of an earlier opening is kept.
  const browser = await launchChromium();
  try {
    const page = await opened(browser, file);
    firstPictures.push((await page.evaluate(() => livePage.firstPicture))!);
    for (const network of networks) {
      const { gaps, stepsPerSecond } = await trained(page, network);
      const batch = network.startsWith("dense") ? 100 : 32;
      const row = measured.get(network) ?? { gaps: [], rates: [] };
      measured.set(network, row);
      row.gaps.push(...gaps);
      row.rates.push(batch * stepsPerSecond);
      engines.add(await page.evaluate(() => livePage.engine?.words ?? ""));
    }
  } finally {
    await browser.close();
  }
  const shown = firstPictures.map((value) => Math.round(value)).join(", ");
  console.log(`load ${loadavg()[0].toFixed(1)}; first pictures after ${shown} ms`);
}
console.log(
  `${[...engines].join("; ")}\nfirst picture, median: ${Math.round(median(firstPictures))} ms`,
);
for (const [network, { gaps, rates }] of measured) {
  const frames = [median(gaps), quantile(gaps, 0.95), Math.max(...gaps)];
  console.log(
    `${network}: ${Math.round(median(rates))} images/s with pictures; frames of ` +
      `${
        frames.map((value) => value.toFixed(1)).join(", ")
      } ms (median, 95 %, longest of ${gaps.length})`,
  );
}
if (file !== Deno.args[2]) await Deno.remove(file);
