/** A model's layers as plain rows: for a notebook's last line, a table, a diagram. */
import { aNetwork, requireArguments } from "../kinds.ts";
import type * as tf from "@tensorflow/tfjs";
import { markdownTable, plainMarkdown } from "../rich.ts";
import { formatNumber } from "../numbers.ts";

/** One layer: `shape` is [height, width, channels] or [units], without the batch. */
export interface LayerRow {
  name: string;
  kind: string;
  shape: number[];
  activation: string;
  parameters: number;
}

/** All layers; a `tf.sequential` keeps its input to itself. */
function layersOf(part: tf.LayersModel): tf.layers.Layer[] {
  const inputs = part.inputs.map(({ sourceLayer }) => sourceLayer);
  return [...inputs, ...part.layers.filter((layer) => !inputs.includes(layer))];
}

/** The layers of a part in order of execution, its input first. */
export function layerRows(part: tf.LayersModel): LayerRow[] {
  return layersOf(part).map((layer) => {
    const { activation } = layer.getConfig();
    const [shape] = layer.inboundNodes[0].outputShapes as (number | null)[][];
    return {
      name: layer.getClassName() === "InputLayer" ? "input" : layer.name,
      kind: layer.getClassName(),
      shape: shape.slice(1).map(Number),
      activation: typeof activation === "string" && activation !== "linear" ? activation : "",
      parameters: layer.countParams(),
    };
  });
}

/** The same as Markdown, with the sum of parameters in the heading. */
export function layerMarkdown(part: tf.LayersModel): string {
  const rows = layerRows(part).map(({ name, kind, shape, activation, parameters }) => ({
    layer: name,
    kind,
    "output shape": shape.join(" × "),
    activation,
    parameters,
  }));
  const total = formatNumber(part.countParams());
  return `**${plainMarkdown(part.name)}**, ${total} parameters\n\n${markdownTable(rows)}`;
}

/** A part as a column of a layer diagram: kinds in words, as in `conv 3×3, stride 2, relu`. */
export function layerColumn(part: tf.LayersModel) {
  requireArguments("layerColumn", { part: [aNetwork, part] });
  const rows = layerRows(part);
  const layers = layersOf(part).map((layer, i) => {
    const { name, shape, activation, parameters } = rows[i];
    return { name, kind: kindOf(layer, activation), outputShape: shape, parameters };
  });
  return { title: part.name, layers };
}

const kindNames: Record<string, string> = {
  InputLayer: "input",
  Conv2D: "conv",
  Conv2DTranspose: "transposed conv",
  UpSampling2D: "nearest upsampling",
};

function kindOf(layer: tf.layers.Layer, activation: string): string {
  const { kernelSize, strides, size } = layer.getConfig() as Record<string, number[] | undefined>;
  const name = kindNames[layer.getClassName()] ?? layer.getClassName().toLowerCase();
  const extent = kernelSize ?? size;
  return [
    extent ? `${name} ${extent.join("×")}` : name,
    strides && strides[0] > 1 ? `stride ${strides[0]}` : "",
    activation,
  ].filter(Boolean).join(", ");
}
