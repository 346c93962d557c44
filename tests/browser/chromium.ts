/** The browser the tests drive: a Chromium that is already on the machine, or a reason to skip. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const candidates = [
  Deno.env.get("CHROMIUM"),
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Where Chromium is, or undefined. `CHROMIUM` names another one. */
export const chromiumPath = candidates.find((path) => path && existsSync(path));

/** Why browser tests cannot run here: "" where they can. Goes into the name of the skipped test. */
export const noChromium = chromiumPath ? "" : "no Chromium here; CHROMIUM can name one";

/** The browsers of all tests of a file, by their flags, each from the first test that asks for it. */
const shared = new Map<string, Browser>();

async function sharedChromium(flags: readonly string[]): Promise<Browser> {
  const key = flags.join(" ");
  const running = shared.get(key);
  if (running?.isConnected()) return running;
  const browser = await launchChromium(flags);
  shared.set(key, browser);
  return browser;
}

/** A browser test: skipped, with its reason in the name, where there is no Chromium. Its pages are closed for it. */
export function browserTest(
  name: string,
  fn: (browser: Browser) => Promise<void>,
  { skip = noChromium, flags = [] }: { skip?: string; flags?: readonly string[] } = {},
) {
  Deno.test({
    name: skip ? `${name} (skipped: ${skip})` : name,
    ignore: skip !== "",
    // playwright keeps timers and a child process of its own until it is closed
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const browser = await sharedChromium(flags);
      try {
        await fn(browser);
      } finally {
        // Pages of two tests share nothing: each has a context of its own.
        await Promise.all(browser.contexts().map((context) => context.close()));
      }
    },
  });
}

Deno.test.afterAll(async () => {
  await Promise.all([...shared.values()].map((browser) => browser.close()));
});

/** A headless Chromium that makes no requests of its own; the caller closes it. */
export function launchChromium(flags: readonly string[] = []): Promise<Browser> {
  const quiet = ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"];
  return chromium.launch({ executablePath: chromiumPath, args: [...quiet, ...flags] });
}

/** With these it has WebGPU, computed by a processor: right numbers, far slower than our kernels. */
export const softwareWebgpu = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/** Why WebGPU cannot be tested in the browser: "" where it can. */
export async function noSoftwareWebgpu(): Promise<string> {
  if (noChromium) return noChromium;
  const browser = await launchChromium(softwareWebgpu);
  try {
    const page = await browser.newPage();
    // What a page of no address may not have, one from a disk may.
    const file = await Deno.makeTempFile({ suffix: ".html" });
    await page.goto(`file://${file}`);
    const there = await page.evaluate(async () =>
      Boolean(await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" }))
    );
    await Deno.remove(file);
    return there ? "" : "this Chromium has no software WebGPU";
  } finally {
    await browser.close();
  }
}
