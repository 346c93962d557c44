/** The latent explorer: a trained model as a page that decodes, encodes and draws by itself. */
import { z } from "zod";
import { Codes } from "../../data/codes.ts";
import type { ImageSet } from "../../data/image_set.ts";
import { escapeHtml } from "../../html.ts";
import type { PlainModel } from "../../latent/model_export.ts";
import { coordinatePlane, type LatentPlane, ontoPlane, planeOf } from "../../latent/plane.ts";
import { requireArguments, someOptions } from "../../kinds.ts";
import { OptionError, parseOptions } from "../../options.ts";
import {
  type BoundContents,
  type ExplorerContents,
  explorerParts,
  type SliderContents,
} from "./contents.ts";
import { countParameters, halfPrecisionLimit, packCodes, Packer } from "./pack.ts";
import { digitNames } from "../../data/labels.ts";
import { looksOf } from "../charts/classes.ts";
import { classColor } from "../charts/palette.ts";
import { axisName } from "../charts/plots_codes.ts";
import { explorerStill } from "./still.ts";
import { selfContained, type SelfContainedHtml } from "./self_contained.ts";

const floats = z.custom<ArrayLike<number>>(
  (value) => Array.isArray(value) || ArrayBuffer.isView(value),
  "expected an array of numbers",
);

/** What may be said of an explorer. */
export const explorerSchema = z.strictObject({
  title: z.string().default("Latent explorer"),
  /** Of images, with their labels where they are known. */
  codes: z.custom<Codes>((value) => value instanceof Codes, "expected Codes").optional(),
  /** The images that the codes encode. */
  originals: z.custom<ImageSet>(
    (value) => (value as ImageSet)?.pixels instanceof Uint8Array,
    "expected an ImageSet",
  ).optional(),
  /** [latentDim], in nats: which dimensions get a slider where there are more than 16 */
  klPerDimension: floats.optional(),
  /** The window on the latent space; by default z itself, or the codes' principal plane. */
  plane: z.custom<LatentPlane>(
    (value) => Array.isArray((value as LatentPlane)?.axes),
    "expected a plane, as planeOf gives it",
  ).optional(),
  parts: z.array(z.enum(explorerParts)).default([...explorerParts]),
  /** How weights are packed; by default halves up to 200,000 parameters, signed bytes above. */
  precision: z.enum(["float16", "int8"]).optional(),
});

/** An explorer's options. */
export type ExplorerOptions = z.input<typeof explorerSchema>;
/** An explorer's options, complete. */
export type Parsed = z.infer<typeof explorerSchema>;

const mostSliders = 16;

/**
 * A trained model as one piece of HTML for a notebook's `text/html` output: its weights (halves, or signed
 * bytes above 200,000 parameters), codes and images packed inside. It needs no server, no kernel and no
 * network. Where scripts are stripped, a still picture stands in its place.
 *
 * Of a VAE it also says what an image costs in nats, and scores what the reader draws. Packed as halves the nats are
 * those of `iwaeBound` to a few hundredths; as signed bytes, or of sixteen greys, to about one.
 *
 * @throws OptionError in one line, where an option is misspelt or the arrays do not fit together
 *
 * @param model its networks and what they are, as `exportModel` gives them
 * @example
 * ```ts
 * import type { ImageSet } from "../../data/mod.ts";
 * import { encodeAll, exportModel } from "../../latent/mod.ts";
 * import type { Model } from "../../models/mod.ts";
 * import { explorerHtml, show } from "../mod.ts";
 *
 * async function explore(model: Model, set: ImageSet) {
 *   const codes = await encodeAll(model, set);
 *   await show(explorerHtml(await exportModel(model), { codes, originals: set }));
 * }
 * ```
 */
export function explorerHtml(model: PlainModel, options: ExplorerOptions = {}): SelfContainedHtml {
  const parsed = parseOptions(explorerSchema, options, "explorerHtml");
  checkParts("explorerHtml", model, parsed);
  const packer = new Packer();
  const contents = contentsOf(packer, model, parsed);
  const { codes, originals, title } = parsed;
  const side = { name: "decoded", model, codes, plane: parsed.plane ?? (codes && planeOf(codes)) };
  return selfContained(contents, packer, explorerStill(title, [side], originals));
}

/** Sliders and the image they decode to, nothing else: the decoder alone is packed. */
export function slidersHtml(
  model: PlainModel,
  options: Omit<ExplorerOptions, "parts" | "originals"> = {},
): SelfContainedHtml {
  requireArguments("slidersHtml", { options: [someOptions, options] });
  return explorerHtml({ ...model, encoder: null }, { ...options, parts: ["sliders"] });
}

/** A decoder as a page of its own, to open from a disk or to put on a web site; light and dark. */
export function decoderHtml(
  model: PlainModel,
  options: Omit<ExplorerOptions, "parts" | "originals"> = {},
): SelfContainedHtml {
  requireArguments("decoderHtml", { options: [someOptions, options] });
  const parts = ["plane", "sliders", "interpolate"] as const;
  const explorer = explorerHtml({ ...model, encoder: null }, { ...options, parts: [...parts] });
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
  return { ...explorer, html, bytes: new TextEncoder().encode(html).length };
}

/** Checks what a schema cannot: that model, codes and images fit together. */
export function checkParts(
  where: string,
  model: PlainModel,
  { codes, originals, klPerDimension }: Parsed,
): void {
  const wrong = (field: string, wanted: string, got: unknown): never => {
    throw new OptionError(`${where}: ${field}: expected ${wanted}, got ${got}`);
  };
  if (!Array.isArray(model?.decoder)) {
    wrong("model", "one as `await exportModel(model)` gives it", typeof model);
  }
  const { latentDim, inputShape, decoder } = model;
  const pixels = inputShape.reduce((a, b) => a * b);
  const out = decoder.at(-1)!.outputShape.reduce((a, b) => a * b);
  if (out !== pixels) wrong("decoder", `${pixels} pixels (${inputShape.join("×")})`, out);
  if (codes && codes.latentDim !== latentDim) {
    wrong("codes", `latentDim ${latentDim}, as the model's`, codes.latentDim);
  }
  if (originals) {
    const { height, width, channels, count } = originals;
    const shape = [height, width, channels].join("×");
    if (shape !== inputShape.join("×")) wrong("originals", inputShape.join("×"), shape);
    if (count !== codes?.count) {
      wrong("originals", `${codes?.count ?? 0} images, one for each code`, count);
    }
  }
  if (klPerDimension && klPerDimension.length !== latentDim) {
    wrong("klPerDimension", `${latentDim} numbers`, klPerDimension.length);
  }
}

/** What the page is told of one model, its arrays packed. */
export function contentsOf(packer: Packer, model: PlainModel, options: Parsed): ExplorerContents {
  const { decoder, encoder, kind, treatment, latentDim, inputShape: imageShape } = model;
  const { likelihood, logScale } = model;
  const { title, codes, originals } = options;
  const parameters = countParameters(decoder) + (encoder ? countParameters(encoder) : 0);
  const precision = options.precision ?? (parameters > halfPrecisionLimit ? "int8" : "float16");
  const plane = options.plane ?? (codes ? planeOf(codes) : coordinatePlane(latentDim));
  const drawable = encoder && imageShape[2] === 1 && imageShape[0] === imageShape[1];
  const draws = options.parts.includes("draw") && drawable;
  const parts = options.parts.filter((part) =>
    part === "draw" ? draws : part === "bound" ? encoder && (originals || draws) : true
  );
  const classes = codes ? looksOf(codes) : [];
  const placeOf = new Map(classes.map(({ label }, place) => [label, place]));
  return {
    title,
    kind,
    treatment,
    latentDim,
    imageShape,
    classes: classes.map((look) => ({ ...look, color: classColor(look.label) })),
    noun: codes?.classNames?.join() === digitNames.join() ? "digit" : "image",
    parts,
    bound: kind === "vae" ? { likelihood, logScale } as BoundContents : null,
    plane: { origin: plane.origin, axes: plane.axes, names: plane.names.map(axisName) },
    planeRange: planeRange(plane, codes),
    sliders: sliderOrder(latentDim, options),
    sliderRange: reach(codes?.values ?? [], 5),
    decoder: packer.layers(decoder, precision),
    encoder: encoder ? packer.layers(encoder, precision) : undefined,
    ...(options.parts.includes("plane") && {
      ...(codes && packCodes(packer, codes, originals !== undefined && !encoder)),
      labels: codes?.labels
        ? packer.bytes(codes.labels.map((label) => placeOf.get(label)!))
        : undefined,
      originals: originals && packer.nibbles(originals.pixels),
    }),
  };
}

/**
 * The plane is shown from −range to range: a whole number that holds nearly all codes, and three standard deviations
 * of the prior, or of the codes.
 */
export function planeRange(plane: LatentPlane, codes?: Codes): number {
  return reach(codes ? alongAxes(plane, codes) : [], 3);
}

/** Coordinates on the plane; a strip's second ones, all 0, left out. */
function alongAxes(plane: LatentPlane, codes: Codes): ArrayLike<number> {
  const points = ontoPlane(plane, codes).values;
  return plane.axes.length === 2 ? points : points.filter((_, i) => i % 2 === 0);
}

/** A whole number that holds 99.5 % of the values, both signs, and is at least `least`. */
function reach(values: ArrayLike<number>, least: number): number {
  const sizes = Float32Array.from(values, Math.abs).sort();
  return Math.max(least, Math.ceil(sizes[Math.floor(0.995 * sizes.length)] ?? 0));
}

/** Both dimensions of a plane in their order; of more those of largest KL, or else of widest codes. */
function sliderOrder(latentDim: number, { klPerDimension, codes }: Parsed): SliderContents[] {
  const spread = new Float64Array(latentDim);
  codes?.values.forEach((value, i) => spread[i % latentDim] += value ** 2);
  const all = Array.from({ length: latentDim }, (_, dimension) => ({
    dimension,
    kl: klPerDimension ? Math.round(100 * klPerDimension[dimension]) / 100 : null,
  }));
  if (latentDim <= 2) return all;
  const width = (dimension: number) => klPerDimension?.[dimension] ?? spread[dimension];
  return all.sort((a, b) => width(b.dimension) - width(a.dimension)).slice(0, mostSliders);
}
