/** The layers of any model from top to bottom, with shapes and numbers of parameters. */
import { formatNumber } from "../../numbers.ts";
import { z } from "zod";
import { aLayerColumn, listOf, requireArguments } from "../../kinds.ts";
import { parseOptions } from "../../options.ts";
import { arrow, label, type Role, roles } from "./drawing.ts";
import { beside, type Figure, figure, type Panel } from "./figure.ts";
import { softInk } from "./palette.ts";
import { textWidth } from "../text/text.ts";

export interface LayerInfo {
  name: string;
  /** As in `conv 3×3, stride 2, relu`. */
  kind: string;
  /** Without the batch. */
  outputShape: readonly number[];
  parameters: number;
}

/** One column: a network's layers in order. */
export interface LayerColumn {
  title: string;
  layers: readonly LayerInfo[];
}

const rowHeight = 50;
const columnWidth = 360;
const barSpace = 84;
const textStart = barSpace + 14;
const columnRoles: readonly Role[] = ["encoder", "decoder", "latent"];

const diagramSchema = z.strictObject({ title: z.string().optional() });

/**
 * Columns of layers side by side. The bar of a layer is as wide as its output is large (on a
 * logarithmic scale), so that the way to the code and back is seen.
 *
 * @throws OptionError
 */
export function layerDiagram(
  columns: readonly LayerColumn[],
  options: z.input<typeof diagramSchema> = {},
): Figure {
  requireArguments("layerDiagram", { columns: [listOf(aLayerColumn), columns] });
  const { title } = parseOptions(diagramSchema, options, "layerDiagram");
  const largest = Math.max(...columns.flatMap(({ layers }) => layers.map(sizeOf)));
  const panels = columns.map((column, i) => columnPanel(column, columnRoles[i % 3], largest));
  const total = columns.flatMap(({ layers }) => layers).reduce(
    (sum, { parameters }) => sum + parameters,
    0,
  );
  const parts = columns.map((column) => {
    const layers = column.layers.map((layer) =>
      `${layer.name} (${layer.kind}) to ${shapeText(layer)}, ${count(layer.parameters)} parameters`
    );
    return `${column.title}: ${layers.join("; ")}`;
  });
  return figure({
    title,
    body: beside(panels, 24),
    note:
      `At the right: the output's shape, and below it the parameters (${count(total)} in all). ` +
      "Bars: size of the output, logarithmic.",
    alt: `${title ? `${title}. ` : ""}${parts.join(". ")}. ${count(total)} parameters in all.`,
  });
}

const sizeOf = ({ outputShape }: LayerInfo) => outputShape.reduce((product, n) => product * n, 1);
const shapeText = ({ outputShape }: LayerInfo) => outputShape.join(" × ");
const count = (value: number) => formatNumber(value);

function columnPanel({ title, layers }: LayerColumn, role: Role, largest: number): Panel {
  const { line, fill } = roles[role];
  const sum = layers.reduce((total, { parameters }) => total + parameters, 0);
  const middle = barSpace / 2;
  const rows = layers.map((layer, i) => {
    const y = 34 + i * rowHeight;
    const part = Math.log(1 + sizeOf(layer)) / Math.log(1 + largest);
    const width = Math.max(10, barSpace * part);
    const parameters = layer.parameters > 0 ? count(layer.parameters) : "";
    const room = columnWidth - textStart - textWidth(parameters, 12.5) - 10;
    const kindSize = Math.min(12.5, 12.5 * room / textWidth(layer.kind, 12.5));
    const start = { anchor: "start", plain: true } as const;
    const end = { anchor: "end", plain: true, size: 12.5 } as const;
    return `<rect x="${middle - width / 2}" y="${y}" width="${width}" height="34" rx="7" ` +
      `fill="${fill}" stroke="${line}" stroke-width="1.5"/>` +
      (i > 0 ? arrow([[middle, y - rowHeight + 35], [middle, y - 1]], { width: 1.4 }) : "") +
      label(layer.name, textStart, y + 8, { ...start, weight: 600 }) +
      label(shapeText(layer), columnWidth, y + 8, end) +
      label(layer.kind, textStart, y + 27, { ...start, size: kindSize, color: softInk }) +
      label(parameters, columnWidth, y + 27, { ...end, color: softInk });
  });
  const head = label(title, 0, 9, { size: 14, weight: 600, anchor: "start", color: line }) +
    label(`${count(sum)} parameters`, columnWidth, 9, {
      size: 12.5,
      color: softInk,
      anchor: "end",
    }) +
    `<line x1="0" x2="${columnWidth}" y1="22" y2="22" stroke="${line}" stroke-width="1"/>`;
  return {
    svg: head + rows.join(""),
    width: columnWidth,
    height: 34 + layers.length * rowHeight - 14,
  };
}
