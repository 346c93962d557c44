/** A page in which a model trains: the code of `lib/`, an engine and some digits in one HTML file. */
import { z } from "zod";
import type { Dataset } from "../data/dataset.ts";
import { type ImageSet, take } from "../data/image_set.ts";
import { labelsOf } from "../data/labels.ts";
import { escapeHtml } from "../html.ts";
import { aDataset, requireArguments } from "../kinds.ts";
import { OptionError, parseOptions } from "../options.ts";
import type { Html } from "../visuals/show/markup.ts";
import { readWasm } from "../compute/shared_wasm.ts";
import { bundleScripts, pack } from "./bundle.ts";
import type { DigitsContents } from "./contents.ts";

const pageSchema = z.strictObject({
  /** So many images to train on, and to evaluate and look at. */
  trainCount: z.int().min(100).default(5_000),
  testCount: z.int().min(100).default(1_000),
});
export type TrainingPageOptions = z.input<typeof pageSchema>;

/** The page as a file, and as an output of a notebook. */
export interface TrainingPage extends Html {
  /** The HTML file. */
  page: string;
  bytes: number;
}

/** The same for all pages of a process: bundling takes seconds. */
let programs: Promise<{ page: string; worker: string; wasm: string }> | null = null;

async function makePrograms() {
  const { page, worker } = await bundleScripts();
  return { page, worker: pack(worker), wasm: pack(await readWasm()) };
}

/**
 * A page that trains autoencoders and VAEs by itself: it asks no server and no kernel for anything, and works
 * from a disk. Written to a file it is a page of its own; shown in a notebook it stands in a frame.
 *
 * @throws OptionError for images that are not of one channel, or fewer than asked for
 * @throws Error where it cannot be bundled, as without a network at the first time
 *
 * @example
 * ```ts
 * import { loadMnist } from "../data/mod.ts";
 * import { trainingPage } from "./mod.ts";
 *
 * const { page } = await trainingPage(await loadMnist());
 * await Deno.writeTextFile("train.html", page);
 * ```
 */
export async function trainingPage(
  dataset: Dataset,
  options: TrainingPageOptions = {},
): Promise<TrainingPage> {
  const { trainCount, testCount } = parseOptions(pageSchema, options, "trainingPage");
  requireArguments("trainingPage", { dataset: [aDataset, dataset] });
  const [train, test] = [take(dataset.train, trainCount), take(dataset.test, testCount)];
  if (train.channels !== 1) {
    throw new OptionError(`trainingPage: expected images of one channel, got ${train.channels}`);
  }
  programs ??= makePrograms();
  programs.catch(() => programs = null);
  const page = pageHtml(await programs, dataset.source, train, test);
  const bytes = new TextEncoder().encode(page).length;
  const text = "A page in which a model trains; it needs a browser that runs scripts";
  const html = `<iframe title="A model that trains in this page" srcdoc="${
    escapeHtml(page)
  }" style="width: 100%; height: 960px; border: 0"></iframe>`;
  return { page, html, text, bytes };
}

function pageHtml(
  { page, worker, wasm }: { page: string; worker: string; wasm: string },
  source: string,
  train: ImageSet,
  test: ImageSet,
): string {
  const { height, width, channels } = train;
  const digits: DigitsContents = {
    source,
    train: { name: train.name, count: train.count },
    test: { name: test.name, count: test.count },
    shape: [height, width, channels],
  };
  const labels = (set: ImageSet) => labelsOf("trainingPage", set);
  const bytes = pack(joined(train.pixels, test.pixels, labels(train), labels(test)));
  const data = (id: string, text: string) =>
    `<script type="text/plain" id="${id}">${text}</script>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>A VAE learns in this page</title>
</head>
<body>
<noscript>A model trains in this page; it needs a browser that runs scripts.</noscript>
${data("digits-contents", JSON.stringify(digits).replaceAll("<", "\\u003c"))}
<script>${page.replaceAll("</script", "<\\/script")}</script>
${data("worker", worker)}
${data("wasm", wasm)}
${data("digits", bytes)}
</body>
</html>
`;
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
