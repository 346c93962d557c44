/** An ONNX graph while it is built: nodes, constants, and names that come once. */
import type { NamedWeight } from "../weights.ts";
import type { OnnxAttributes, OnnxNode, OnnxTensor } from "./messages.ts";

/**
 * What a layer reads or gives. tfjs and Keras keep channels last, ONNX's convolutions and pooling want them
 * first; a value has either form, or both once both were asked for.
 */
export interface Value {
  /** As tfjs has it, for one image: [1, height, width, channels], [1, units], …. */
  shape: number[];
  /** The tensor with channels last. */
  last?: string;
  /** The same with channels first. */
  first?: string;
}

export class OnnxGraph {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxTensor[] = [];
  /** The layer whose nodes are added: their outputs' names begin with it. */
  scope = "";
  readonly #taken = new Set<string>();

  /** A name of its own. */
  name(wanted: string): string {
    let name = wanted;
    for (let i = 2; this.#taken.has(name); i++) name = `${wanted}_${i}`;
    this.#taken.add(name);
    return name;
  }

  /** Adds a node of one output, and returns the output's name. */
  node(op: string, inputs: string[], attributes: OnnxAttributes = {}): string {
    const output = this.name(`${this.scope}/${op}`);
    this.nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  }

  /** A tensor known beforehand: a number, numbers in a row, or integers in a row. */
  constant(value: number | Float32Array<ArrayBuffer> | number[]): string {
    const name = this.name(`${this.scope}/constant`);
    const shape = typeof value === "number" ? [] : [value.length];
    const data = typeof value === "number"
      ? Float32Array.of(value)
      : Array.isArray(value)
      ? BigInt64Array.from(value, BigInt)
      : value;
    this.constants.push({ name, shape, data });
    return name;
  }

  /** A weight under its own name, written once however often its layer is used. */
  weight({ name, shape, data }: Pick<NamedWeight, "name" | "shape" | "data">): string {
    if (!this.#taken.has(name)) {
      this.#taken.add(name);
      this.constants.push({ name, shape, data });
    }
    return name;
  }

  /** The value with channels last. */
  last(value: Value): string {
    return value.last ??= this.node("Transpose", [value.first!], { perm: [0, 2, 3, 1] });
  }

  /** The value with channels first. */
  first(value: Value): string {
    return value.first ??= this.node("Transpose", [value.last!], { perm: [0, 3, 1, 2] });
  }
}
