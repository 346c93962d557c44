/** One way to show whatever there is to show: figures, pictures, animations, tables, text, models. */
import { Buffer } from "node:buffer";
import { z } from "zod";
import { OptionError, parseOptions, said } from "../../options.ts";
import { richForm } from "../../rich.ts";
import { stoppable } from "../../stop.ts";
import { type Figure, figurePng, indexedPng } from "../charts/figure.ts";
import type { Animation } from "../raster/gif.ts";
import { encodePng } from "../raster/png.ts";
import { type Raster, shownWidth } from "../raster/raster.ts";
import { type Table, tableHtml, tableText } from "../text/table.ts";
import { type MimeBundle, output, printLines, type Slot } from "./display.ts";
import type { Html, Markdown } from "./markup.ts";

const showSchema = z.strictObject({
  /** What a picture shows, for who cannot see it; a figure brings its own. */
  alt: z.string().min(1).optional(),
  /** Shown width of a picture in CSS pixels: what it is meant for by default. */
  width: z.number().positive().optional(),
  /** Where to show: a new output of its own by default. */
  slot: z.custom<Slot>(
    (value) => typeof (value as Slot)?.id === "string",
    "expected a displaySlot()",
  )
    .optional(),
});
export type ShowOptions = z.input<typeof showSchema>;

/** A picture says nothing of itself. */
export type PictureOptions = ShowOptions & { alt: string };

/** Anything but a picture that needs an `alt`. */
type Spoken<What> = What extends Raster | ShownAnimation ? never : What;

/** An animation, or its animated PNG alone where the notebook's size matters more than the GIF. */
export type ShownAnimation = Omit<Animation, "gif"> & Partial<Animation>;

/**
 * Shows a value as one output of the cell.
 *
 * - a `Figure`, and with `alt` a `Raster` or an `Animation`
 * - a `table`, `markdown`, `links`, an explorer, a `firstRunCard`
 * - a text, or a list of its lines, as `console.log` does
 * - a model, a dataset or a record of a run, as it shows itself as a cell's last line
 *
 * A loop that draws and shows ends here where Stop was pressed while it drew.
 *
 * @throws OptionError where a picture lacks its alternative text, and for a value of no such kind
 * @throws StoppedError
 *
 * @example
 * ```ts
 * import { loadMnist, take } from "../../data/mod.ts";
 * import { imageGrid, show, table } from "../mod.ts";
 *
 * const { test } = await loadMnist();
 * await show(imageGrid(take(test, 40)), { alt: "Forty test digits" });
 * await show(table([{ preset: "conv-vae", "−ELBO": 156.9 }]));
 * ```
 */
export async function show(
  what: Raster | ShownAnimation,
  options: PictureOptions,
): Promise<void>;
export async function show<What extends string | object>(
  what: Spoken<What>,
  options?: ShowOptions,
): Promise<void>;
export async function show(what: unknown, options: ShowOptions = {}): Promise<void> {
  const { slot, ...about } = parseOptions(showSchema, options, "show");
  using work = stoppable("drawing");
  await work.turn();
  if (isText(what)) {
    const text = typeof what === "string" ? what : what.join("\n");
    return slot ? await output({ "text/plain": text }, { slot }) : await printLines(text);
  }
  if (typeof what !== "object" || what === null) {
    throw new OptionError(`show: expected something to show, got ${said(what)}`);
  }
  const images = imagesOf(what);
  if (!images) return await output(markupOf(what), { slot, metadata: aboutStill(what) });
  const { alt, width } = { ...images, ...about };
  if (!alt) {
    throw new OptionError("show: alt: expected a sentence on what the picture shows, got none");
  }
  const metadata = Object.fromEntries(
    Object.keys(images.bundle).map((type) => [type, { alt, width }]),
  );
  await output({ ...images.bundle, "text/plain": alt }, { metadata, slot });
}

const isText = (what: unknown): what is string | readonly string[] =>
  typeof what === "string" ||
  Array.isArray(what) && what.every((line) => typeof line === "string");

interface ShownImages {
  bundle: Record<string, string>;
  width: number;
  alt?: string;
}

/**
 * A picture's files, in base64; null for what is none.
 *
 * nbconvert and repository pages know no `image/gif` and JupyterLab prefers `image/png`, so an animation's
 * frames go along as an animated PNG: it moves in every browser, and is a still picture elsewhere. The
 * alternative text goes where renderers look for it: `metadata["image/png"].alt` (nbconvert) and
 * `text/plain` (terminals, text editors). JupyterLab 4.6 gives an `image/png` no alt at all.
 */
function imagesOf(what: object): ShownImages | null {
  if (isFigure(what)) {
    const { alt, width } = what;
    return { bundle: { "image/png": base64(figurePng(what)) }, alt, width };
  }
  if (isAnimation(what)) {
    const { gif, png, width } = what;
    const still = { "image/png": base64(png) };
    return { bundle: gif ? { "image/gif": base64(gif), ...still } : still, width };
  }
  if (isRaster(what)) {
    const png = what.channels === 1 || manyColors(what) ? encodePng(what) : indexedPng(what);
    return { bundle: { "image/png": base64(png) }, width: shownWidth(what) };
  }
  return null;
}

function markupOf(what: object): MimeBundle {
  if (isTable(what)) return { "text/html": tableHtml(what), "text/plain": tableText(what) };
  if (isHtml(what)) {
    const { html, text, still } = what;
    const picture = still && { "image/png": base64(still.png) };
    return { "text/html": html, ...picture, "text/plain": text };
  }
  if (isMarkdown(what)) return { "text/markdown": what.markdown, "text/plain": what.markdown };
  return richForm(what);
}

/** The width of the picture that stands for a page, and its alternative text. */
function aboutStill(what: object): Record<string, unknown> {
  if (!isHtml(what) || !what.still) return {};
  const { alt, width } = what.still;
  return { "image/png": { alt, width } };
}

/** Whether a palette would change colours, as those of photographs. */
function manyColors({ data, channels }: Raster): boolean {
  const colors = new Set<number>();
  for (let at = 0; at < data.length && colors.size <= 256; at += channels) {
    colors.add(data[at] << 16 | data[at + 1] << 8 | data[at + 2]);
  }
  return colors.size > 256;
}

const isFigure = (what: object): what is Figure => "svg" in what && "alt" in what;
const isAnimation = (what: object): what is ShownAnimation => "png" in what;
const isRaster = (what: object): what is Raster => "data" in what && "channels" in what;
const isTable = (what: object): what is Table => "rows" in what && Array.isArray(what.rows);
const isHtml = (what: object): what is Html => "html" in what && "text" in what;
const isMarkdown = (what: object): what is Markdown => "markdown" in what;

const base64 = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
