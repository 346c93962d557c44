/** Codes of images in the latent plane, coloured and shaped by class. */
import * as Plot from "@observablehq/plot";
import { z } from "zod";
import type { Codes } from "../../data/codes.ts";
import { parseOptions } from "../../options.ts";
import type { Frame } from "../raster/gif.ts";
import { textWidth } from "../text/text.ts";
import { classLegend, type ClassLook, classScales, looksOf } from "./classes.ts";
import { withRemark } from "./drawable.ts";
import { chart, type Figure, figure, figureRaster } from "./figure.ts";
import {
  cut,
  domainOf,
  dotRadius,
  middles,
  outside,
  type Point,
  pointsOf,
  withOutside,
} from "./latent_points.ts";
import { movedApart } from "./moved_apart.ts";
import { ink } from "./palette.ts";

const scatterSchema = z.strictObject({
  title: z.string().optional(),
  xLabel: z.string().default("z₁"),
  yLabel: z.string().default("z₂"),
  /** [from, to] of both axes; all codes by default, one scale for both axes. */
  domain: z.tuple([z.number(), z.number()]).optional(),
  /** Side of the square plot in CSS pixels. */
  size: z.int().min(200).max(1000).default(520),
  /** Write the name of each class at the middle of its codes. */
  names: z.boolean().default(true),
  note: z.string().optional(),
});

/** Options of `latentScatter`. */
export type ScatterOptions = z.input<typeof scatterSchema>;

/**
 * A scatter of codes in the plane; both axes have one scale, so that distances can be compared. Codes
 * outside the frame are not drawn; the note says how many. Without labels all codes have one colour.
 *
 * @throws OptionError, as for codes of other than two numbers
 */
export function latentScatter(codes: Codes, options: ScatterOptions = {}): Figure {
  const parsed = parseOptions(scatterSchema, options, "latentScatter");
  const { points, left } = pointsOf(codes, 2);
  const domain = parsed.domain ?? domainOf([codes]);
  const note = withOutside(parsed.note, points.filter(outside(domain)).length, points.length);
  return drawScatter(points, looksOf(codes), {
    ...parsed,
    domain,
    note: withRemark(note, left, "code"),
  });
}

function drawScatter(
  points: Point[],
  looks: ClassLook[],
  { title, xLabel, yLabel, domain, size, names, note }: z.output<typeof scatterSchema> & {
    domain: [number, number];
  },
): Figure {
  const labels = looks.map(({ label }) => label);
  const nameOf = new Map(looks.map(({ label, name }) => [label, name]));
  const seen = points.filter((point) => !outside(domain)(point));
  const body = chart({
    width: size,
    height: size,
    marginLeft,
    marginRight,
    marginTop: 26,
    marginBottom: 42,
    x: { domain, label: xLabel, labelArrow: "none", labelAnchor: "center", ticks: 6 },
    y: { domain, label: yLabel, labelArrow: "none", ticks: 6 },
    ...classScales(looks),
    marks: [
      Plot.gridX({ ticks: 6 }),
      Plot.gridY({ ticks: 6 }),
      Plot.dot(seen, {
        x: "x",
        y: "y",
        fill: "label",
        symbol: "label",
        r: dotRadius(points.length),
        fillOpacity: 0.75,
      }),
      names ? nameMark(middles(seen, labels), nameOf, domain, size) : null,
    ],
  });
  const medians = middles(points, labels).map(({ label, x, y }) =>
    `${nameOf.get(label)} at (${cut(x)}, ${cut(y)})`
  );
  const what = medians.length > 0
    ? `${points.length} points by class. Medians: ${medians.join(", ")}.`
    : `${points.length} points.`;
  const alt = `${title ?? "Codes in the latent plane"}: ${what}`;
  return figure({ title, legend: classLegend(looks, size), body, note, alt });
}

// Left and right together as top and bottom: a square, so that both axes have one scale.
const marginLeft = 48, marginRight = 20;

/** Words are smaller than single letters and digits. */
const nameSize = (names: readonly string[]) => names.every((name) => name.length <= 2) ? 17 : 13;

/** The names of classes where their codes lie, moved so that each can be read and none is cut off. */
function nameMark(
  places: readonly Point[],
  nameOf: ReadonlyMap<number, string>,
  [low, high]: readonly [number, number],
  size: number,
): Plot.Markish {
  const fontSize = nameSize([...nameOf.values()]);
  const pixel = (high - low) / (size - marginLeft - marginRight);
  // A name with its white rim, in heights of one: what a digit is wide.
  const height = fontSize + 3;
  const sized = places.map((place) => {
    const width = textWidth(nameOf.get(place.label)!, fontSize, "semiBold") + 6;
    return { ...place, wide: Math.max(1, width / height), half: width / 2 * pixel };
  });
  const within = movedApart(sized, height * pixel).map((place) => ({
    ...place,
    x: Math.min(high + marginRight * pixel - place.half, Math.max(low + place.half, place.x)),
  }));
  return Plot.text(within, {
    x: "x",
    y: "y",
    text: ({ label }: Point) => nameOf.get(label)!,
    fontSize,
    fontWeight: 600,
    fill: ink,
    stroke: "white",
    strokeWidth: 5,
  });
}

const framesSchema = scatterSchema.extend({
  size: scatterSchema.shape.size.unwrap().default(420),
  /** Bitmap pixels per CSS pixel: 1 keeps the file small. */
  density: z.int().min(1).default(1),
});

/**
 * Frames of the same codes as they move, epoch by epoch, on axes that stay: for `encodeAnimation`.
 *
 * @throws OptionError
 */
export function scatterFrames(
  epochs: readonly { codes: Codes; caption: string }[],
  options: z.input<typeof framesSchema> = {},
): Frame[] {
  const { density, ...parsed } = parseOptions(framesSchema, options, "scatterFrames");
  const domain = parsed.domain ?? domainOf(epochs.map(({ codes }) => codes));
  const frames = epochs.map(({ codes }) => pointsOf(codes, 2).points);
  // All frames have one height, so they share one note.
  const most = Math.max(0, ...frames.map((points) => points.filter(outside(domain)).length));
  const note = withOutside(parsed.note, most, frames[0]?.length ?? 0, "Up to ");
  return epochs.map(({ codes, caption }, i) => ({
    raster: figureRaster(
      drawScatter(frames[i], looksOf(codes), { ...parsed, domain, note }),
      density,
    ),
    caption,
  }));
}
