/** How classes are told apart in pictures: each has a colour, a shape and a name. */
import type * as Plot from "@observablehq/plot";
import { type Labelled, nameOfClass } from "../../data/labels.ts";
import type { Panel } from "./figure.ts";
import { itemLegend } from "./legend.ts";
import { classColor, seriesColors } from "./palette.ts";
import { symbol, symbolPath } from "./symbols.ts";

/** A class that is there. */
export interface ClassLook {
  label: number;
  name: string;
}

/** Colours and shapes make so many pairs; of more classes, two look the same. */
const mostLooks = 100;

/** The classes that are there, in order; none where no labels are known. */
export function looksOf(set: Labelled): ClassLook[] {
  return [...new Set(set.labels ?? [])].sort((a, b) => a - b)
    .map((label) => ({ label, name: nameOfClass(set, label) }));
}

/** The scales of a chart whose dots have a `label`; one colour and shape where no labels are known. */
export function classScales(looks: readonly ClassLook[]): Plot.PlotOptions {
  const domain = looks.length > 0 ? looks.map(({ label }) => label) : [0];
  return {
    color: {
      type: "categorical",
      domain,
      range: looks.length > 0 ? domain.map(classColor) : [seriesColors[0]],
    },
    symbol: { domain, range: domain.map(symbol) as unknown as Plot.SymbolType[] },
  };
}

/** Colour, shape and name of each class; undefined where there are none, or too many to tell apart. */
export function classLegend(looks: readonly ClassLook[], width: number): Panel | undefined {
  if (looks.length === 0 || looks.length > mostLooks) return undefined;
  const items = looks.map(({ label, name }) => ({
    label: name,
    color: classColor(label),
    path: symbolPath(label, 95),
  }));
  return itemLegend(items, width);
}
