/**
 * The one file that knows Jupyter: pictures, tables, text and links as outputs of a notebook's cell.
 *
 * Outside the Deno kernel nothing is shown and nothing fails. Nothing here returns a value: the last
 * line of a cell is displayed, and an output must not bring a second one with it.
 */
import { Buffer } from "node:buffer";
import { relative } from "node:path";
import { richForm } from "../../rich.ts";
import { type Figure, figurePng, indexedPng } from "../charts/figure.ts";
import { encodePng } from "../raster/png.ts";
import { type Raster, shownWidth } from "../raster/raster.ts";
import { type Cell, type Column, tableHtml, tableText } from "../text/table.ts";

/** Representations of one output by media type; a front end shows the richest it knows. */
export type MimeBundle = Record<string, string | object>;

/** Sends one message on the kernel's output channel, as `Deno.jupyter.broadcast` does. */
export type Broadcast = (type: string, content: Record<string, unknown>) => Promise<void>;

/** An output that is written again in place: pass the same slot to several `show…` calls. */
export interface Slot {
  readonly id: string;
  shown: boolean;
}

export interface ShowOptions {
  /** By media type, as in `{ "image/png": { width: 448 } }`. */
  metadata?: Record<string, unknown>;
  /** Where to show: a new output of its own by default. */
  slot?: Slot;
}

export interface ImageOptions {
  /** What the picture shows, for who cannot see it. */
  alt: string;
  /** Shown width in CSS pixels: half the bitmap's for a picture drawn at 2×. */
  width?: number;
  slot?: Slot;
}

/**
 * Milliseconds each show… waits after sending, in Deno's kernel as it stands: it loses a message still under
 * way as the cell ends, or shows it in the next cell. The project's own, `lib/workbench/kernel.py`, does not.
 */
const settleMilliseconds = Deno.env.get("KERNEL_FLUSHES") ? 0 : 50;

let broadcast = kernelBroadcast();

/** `Deno.jupyter` is a getter that throws outside `deno jupyter`. */
function kernelBroadcast(): Broadcast | null {
  try {
    return Deno.jupyter.broadcast;
  } catch {
    return null;
  }
}

/** Whether this runs in a Jupyter kernel, so that outputs are seen. */
export function inNotebook(): boolean {
  return broadcast !== null;
}

/** Sends outputs elsewhere (a test's list, or null for nowhere) and returns where they went before. */
export function redirectOutputs(to: Broadcast | null): Broadcast | null {
  const before = broadcast;
  broadcast = to;
  return before;
}

/** A new place for an output that changes, as a grid redrawn after each epoch. */
export function displaySlot(): Slot {
  return { id: crypto.randomUUID(), shown: false };
}

/** Sends an output and returns when it is handed over; for bars, which are sent again soon anyway. */
export async function send(
  bundle: MimeBundle,
  { metadata = {}, slot }: ShowOptions = {},
): Promise<void> {
  if (!broadcast) return;
  const update = slot?.shown ?? false;
  if (slot) slot.shown = true;
  await broadcast(update ? "update_display_data" : "display_data", {
    data: bundle,
    metadata,
    transient: slot ? { display_id: slot.id } : {},
  });
}

/** Waits until what was sent has arrived, so that the end of the cell cannot overtake it. */
export async function settle(): Promise<void> {
  if (!broadcast || settleMilliseconds === 0) return;
  await new Promise((resolve) => setTimeout(resolve, settleMilliseconds));
}

/** Shows a bundle of representations as one output. */
export async function show(bundle: MimeBundle, options: ShowOptions = {}): Promise<void> {
  await send(bundle, options);
  await settle();
}

const base64 = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");

/**
 * Shows a PNG file's bytes.
 *
 * The alternative text goes where renderers look for it: `metadata["image/png"].alt` (nbconvert) and
 * `text/plain` (terminals, text editors). JupyterLab 4.6 gives an `image/png` no alt at all.
 */
export async function showPng(bytes: Uint8Array, options: ImageOptions): Promise<void> {
  await show(...imageBundle({ "image/png": base64(bytes) }, options));
}

/** Shows a picture made here, at the size it is meant for. */
export async function showRaster(raster: Raster, options: ImageOptions): Promise<void> {
  const bytes = raster.channels === 1 ? encodePng(raster) : indexedPng(raster);
  await showPng(bytes, { width: shownWidth(raster), ...options });
}

/** Shows a figure with the alternative text it brings. */
export async function showFigure(
  drawn: Figure,
  options: Partial<ImageOptions> = {},
): Promise<void> {
  await showPng(figurePng(drawn), { alt: drawn.alt, width: drawn.width, ...options });
}

/**
 * Shows an animation.
 *
 * nbconvert and repository pages know no `image/gif` and JupyterLab prefers `image/png`, so the same
 * frames go along as an animated PNG: it moves in every browser, and is a still picture elsewhere.
 * Leave `gif` out where the notebook's size matters more than programs that look for it.
 */
export async function showGif(
  { gif, png }: { gif?: Uint8Array; png: Uint8Array },
  options: ImageOptions,
): Promise<void> {
  const still = { "image/png": base64(png) };
  await show(...imageBundle(gif ? { "image/gif": base64(gif), ...still } : still, options));
}

function imageBundle(
  images: Record<string, string>,
  { alt, width, slot }: ImageOptions,
): [MimeBundle, ShowOptions] {
  const about = { alt, ...(width === undefined ? {} : { width }) };
  const metadata = Object.fromEntries(Object.keys(images).map((type) => [type, about]));
  return [{ ...images, "text/plain": alt }, { metadata, slot }];
}

/** Shows HTML; `text` stands for it in terminals and where HTML is stripped. */
export async function showHtml(
  html: string,
  { text, slot }: { text: string; slot?: Slot },
): Promise<void> {
  await show({ "text/html": html, "text/plain": text }, { slot });
}

/** Shows lines of text, as `console.log` does. */
export async function showText(...lines: string[]): Promise<void> {
  if (!broadcast) return;
  await broadcast("stream", { name: "stdout", text: `${lines.join("\n")}\n` });
  await settle();
}

/** Shows Markdown, with formulas between dollar signs. */
export async function showMarkdown(
  markdown: string,
  { slot }: { slot?: Slot } = {},
): Promise<void> {
  await show({ "text/markdown": markdown, "text/plain": markdown }, { slot });
}

/**
 * Shows a model, a dataset or a record as it shows itself as a cell's last line.
 *
 * @throws TypeError for a value that does not know how it looks
 */
export async function showValue(value: object): Promise<void> {
  await show(richForm(value));
}

/** Shows records as a table: see `tableHtml` for the columns. */
export async function showTable<Row extends Record<string, Cell>>(
  rows: readonly Row[],
  columns?: readonly Column<Row>[],
  { caption, slot }: { caption?: string; slot?: Slot } = {},
): Promise<void> {
  await show({
    "text/html": tableHtml(rows, columns, caption),
    "text/plain": tableText(rows, columns, caption),
  }, { slot });
}

/** Shows links to files that were written, relative to the notebook's folder: `GIF: ../data/…/cvae.gif`. */
export async function showFiles(
  files: Record<string, string>,
  { slot }: { slot?: Slot } = {},
): Promise<void> {
  const links = Object.entries(files).map(([label, path]) => {
    const from = relative(Deno.cwd(), path).replaceAll("\\", "/");
    return `${label}: [${from.replace(/^(\.\.\/)+/, "")}](${encodeURI(from)})`;
  });
  await showMarkdown(links.join(" · "), { slot });
}
