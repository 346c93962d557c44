/** The latent explorer: a trained model as a page that decodes, encodes and draws by itself. */
import { z } from "zod";
import { treatments } from "../../data/dataset.ts";
import type { LayerSpec } from "../../latent/layer_export.ts";
import { type LatentPlane, ontoPlane, planeOf } from "../../latent/plane.ts";
import { escapeHtml } from "../../html.ts";
import { OptionError, parseOptions } from "../../options.ts";
import { countParameters, halfPrecisionLimit, Packer } from "./pack.ts";
import { digitColors } from "../charts/palette.ts";

/** What an explorer can show. */
export const explorerParts = ["plane", "sliders", "interpolate", "draw"] as const;

const layers = z.custom<LayerSpec[]>(
  (value) => Array.isArray(value) && value.length > 0 && value.every((layer) => layer?.kind),
  "expected a list of layers, as exportLayers gives it",
);
const floats = z.custom<ArrayLike<number>>(
  (value) => Array.isArray(value) || ArrayBuffer.isView(value),
  "expected an array of numbers",
);

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, "expected a Uint8Array");

const explorerSchema = z.strictObject({
  title: z.string().default("Latent explorer"),
  decoder: layers,
  /** Needed to draw one's own digit and to see sigma. */
  encoder: layers.optional(),
  kind: z.enum(["vae", "ae"]),
  latentDim: z.int().min(1),
  /** [height, width, channels] */
  imageShape: z.tuple([z.int().min(1), z.int().min(1), z.int().min(1)]).default([28, 28, 1]),
  /** How the model's images were treated: a drawn digit is treated alike. */
  treatment: z.enum(treatments).default("threshold"),
  /** [n · latentDim], the means of n images */
  codes: floats.optional(),
  /** [n], 0–9 */
  labels: bytes.optional(),
  /** [n · height · width · channels], grey bytes */
  originals: bytes.optional(),
  /** [latentDim], in nats: which dimensions get a slider where there are more than 16 */
  klPerDimension: floats.optional(),
  /** The window on the latent space; by default z itself, or the codes' principal plane. */
  plane: z.custom<LatentPlane>((value) => typeof value === "object").optional(),
  parts: z.array(z.enum(explorerParts)).default([...explorerParts]),
  /** How weights are packed; by default halves up to 200,000 parameters, signed bytes above. */
  precision: z.enum(["float16", "int8"]).optional(),
});

/** An explorer's options. */
export type ExplorerOptions = z.input<typeof explorerSchema>;
type Parsed = z.infer<typeof explorerSchema>;

/** HTML that needs nothing else, and its size. */
export interface SelfContainedHtml {
  html: string;
  bytes: number;
}

const mostSliders = 16;

/**
 * A trained model as one piece of HTML for a notebook's `text/html` output: its weights (halves, or signed
 * bytes above 200,000 parameters), codes and digits packed inside. It needs no server, no kernel and no
 * network. Where scripts are stripped, one sentence stands in its place: put a still picture beside it.
 *
 * @throws OptionError in one line, where an option is misspelt or the arrays do not fit together
 *
 * @example
 * ```ts
 * const { html } = explorerHtml({
 *   encoder: await exportLayers(model.encoder),
 *   decoder: await exportLayers(model.decoder),
 *   kind: "vae", latentDim: 2, treatment: "threshold",
 *   codes: codes.means, labels: codes.labels, originals: pixels,
 * });
 * ```
 */
export function explorerHtml(options: ExplorerOptions): SelfContainedHtml {
  return render(checkArrays(parseOptions(explorerSchema, options, "explorerHtml")));
}

/** Sliders and the digit they decode to, nothing else: the decoder alone is packed. */
export function slidersHtml(options: Omit<ExplorerOptions, "parts">): SelfContainedHtml {
  return explorerHtml({ ...options, encoder: undefined, originals: undefined, parts: ["sliders"] });
}

/** A decoder as a page of its own, to open from a disk or to put on a web site; light and dark. */
export function decoderHtml(options: Omit<ExplorerOptions, "parts">): SelfContainedHtml {
  const parts = ["plane", "sliders", "interpolate"] as const;
  const explorer = explorerHtml({
    ...options,
    encoder: undefined,
    originals: undefined,
    parts: [...parts],
  });
  const title = escapeHtml(options.title ?? "Latent explorer");
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
:root { color-scheme: light dark; background: light-dark(#fff, #16181b); }
body { max-width: 920px; margin: 0 auto; padding: 16px; }
</style>
</head>
<body>
${explorer.html}
</body>
</html>
`;
  return { html, bytes: new TextEncoder().encode(html).length };
}

/** Checks what a schema cannot: that the arrays' lengths fit together. */
function checkArrays(options: Parsed): Parsed {
  const { codes, labels, originals, latentDim, imageShape, decoder, klPerDimension } = options;
  const wrong = (field: string, wanted: string, got: unknown): never => {
    throw new OptionError(`explorerHtml: ${field}: expected ${wanted}, got ${got}`);
  };
  const pixels = imageShape.reduce((a, b) => a * b);
  const out = decoder.at(-1)!.outputShape.reduce((a, b) => a * b);
  if (out !== pixels) wrong("decoder", `${pixels} pixels (${imageShape.join("×")})`, out);
  if (!codes !== !labels) wrong(codes ? "labels" : "codes", "codes and labels together", "nothing");
  const count = labels?.length ?? 0;
  if (codes && codes.length !== count * latentDim) {
    wrong(
      "codes",
      `${count * latentDim} numbers (${count} labels, latentDim ${latentDim})`,
      codes.length,
    );
  }
  if (originals && originals.length !== count * pixels) {
    wrong("originals", `${count * pixels} bytes (${count} images of ${pixels})`, originals.length);
  }
  if (klPerDimension && klPerDimension.length !== latentDim) {
    wrong("klPerDimension", `${latentDim} numbers`, klPerDimension.length);
  }
  return options;
}

function render(options: Parsed): SelfContainedHtml {
  const { decoder, encoder, codes, labels, originals, latentDim, imageShape } = options;
  const parameters = countParameters(decoder) + (encoder ? countParameters(encoder) : 0);
  const precision = options.precision ?? (parameters > halfPrecisionLimit ? "int8" : "float16");
  const plane = options.plane ?? planeOf(latentDim, codes);
  const packer = new Packer();
  const drawable = encoder && imageShape[2] === 1 && imageShape[0] === imageShape[1];
  const contents = {
    ...{ title: options.title, kind: options.kind, treatment: options.treatment },
    ...{ latentDim, imageShape, colors: digitColors },
    parts: options.parts.filter((part) => part !== "draw" || drawable),
    plane: { origin: plane.origin, axes: plane.axes, names: plane.names },
    planeRange: reach(codes ? alongAxes(plane, codes) : [], latentDim > 2 ? 3 : 5),
    sliders: sliderOrder(options),
    sliderRange: reach(codes ?? [], 5),
    decoder: packer.layers(decoder, precision),
    encoder: encoder && packer.layers(encoder, precision),
    ...(options.parts.includes("plane") && {
      codes: codes && packer.halves(codes),
      labels: labels && packer.bytes(labels),
      originals: originals && packer.nibbles(originals),
    }),
  };
  const html = `<div class="latent-explorer" data-lm-suppress-shortcuts="true">
<p>${
    escapeHtml(options.title)
  }: an interactive picture. It needs JavaScript; in a notebook, run the cell ` +
    `or trust the notebook to see it.</p>
</div>
<script>
(() => {
// The script stands right behind its element, however many explorers share the page.
const host = document.currentScript.previousElementSibling;
${pageScript()}
startExplorer(host, ${inScript(contents)}, "${packer.base64()}", ${
      inScript(readPart("style.css"))
    });
})();
</script>`;
  return { html, bytes: new TextEncoder().encode(html).length };
}

/** Coordinates on the plane; a strip's second ones, all 0, left out. */
function alongAxes(plane: LatentPlane, codes: ArrayLike<number>): ArrayLike<number> {
  const points = ontoPlane(plane, codes);
  return plane.axes.length === 2 ? points : points.filter((_, i) => i % 2 === 0);
}

/** A whole number that holds 99.5 % of the values, both signs, and is at least `least`. */
function reach(values: ArrayLike<number>, least: number): number {
  const sizes = Float32Array.from(values, Math.abs).sort();
  return Math.max(least, Math.ceil(sizes[Math.floor(0.995 * sizes.length)] ?? 0));
}

/** Both dimensions of a plane in their order; of more those of largest KL, or else of widest codes. */
function sliderOrder({ latentDim, klPerDimension, codes = [] }: Parsed) {
  const spread = new Float64Array(latentDim);
  for (let i = 0; i < codes.length; i++) spread[i % latentDim] += codes[i] ** 2;
  const all = Array.from({ length: latentDim }, (_, dimension) => ({
    dimension,
    kl: klPerDimension ? Math.round(100 * klPerDimension[dimension]) / 100 : null,
  }));
  if (latentDim <= 2) return all;
  const width = (dimension: number) => klPerDimension?.[dimension] ?? spread[dimension];
  return all.sort((a, b) => width(b.dimension) - width(a.dimension)).slice(0, mostSliders);
}

const scripts = [
  ...["dom.js", "digit_pad.js", "network.js", "unpack.js"],
  ...["model.js", "plane_drawing.js", "plane.js", "steering.js", "sliders.js", "legend.js"],
  ...["interpolation.js", "theme.js", "words.js", "page.js"],
];

/** The browser's modules as one script: a page in a notebook has no files to import. */
function pageScript(): string {
  return scripts.map(readPart).join("\n")
    .replace(/^import .*?;\n/gms, "")
    .replace(/^export /gm, "")
    .replaceAll("</script", "<\\/script");
}

function readPart(name: string): string {
  return Deno.readTextFileSync(new URL(`./${name}`, import.meta.url));
}

/** A value as it may stand in a script: nothing in it can end the script. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
