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

/** The browser of all tests of a file, from the first that asks for it. */
let shared: Browser | undefined;

/** A browser test: skipped, with its reason in the name, where there is no Chromium. Its pages are closed for it. */
export function browserTest(name: string, fn: (browser: Browser) => Promise<void>) {
  Deno.test({
    name: noChromium ? `${name} (skipped: ${noChromium})` : name,
    ignore: noChromium !== "",
    // playwright keeps timers and a child process of its own until it is closed
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      if (!shared?.isConnected()) shared = await launchChromium();
      try {
        await fn(shared);
      } finally {
        // Pages of two tests share nothing: each has a context of its own.
        await Promise.all(shared.contexts().map((context) => context.close()));
      }
    },
  });
}

Deno.test.afterAll(() => shared?.close());

/** A headless Chromium that makes no requests of its own; the caller closes it. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    args: ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"],
  });
}
