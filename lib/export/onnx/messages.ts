/**
 * ONNX's protobuf messages, as far as a network needs them.
 *
 * The numbers are the fields' in `onnx.proto` (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto):
 * of its 1,400 generated lines these are the ones that are used, so they are written by name here.
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** Floats, or int64 as ONNX wants them for shapes and axes. */
export interface OnnxTensor {
  name: string;
  shape: number[];
  data: Float32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>;
}

/** An attribute is a list of integers, an integer, a text, or a float where its name is one of `floats`. */
export type OnnxAttributes = Record<string, number | number[] | string>;
const floats = new Set(["alpha", "beta", "gamma"]);

export interface OnnxNode {
  op: string;
  inputs: string[];
  outputs: string[];
  attributes: OnnxAttributes;
}

/** A float tensor's name and shape; null stands for the batch. */
export interface OnnxPort {
  name: string;
  shape: (number | null)[];
}

export interface OnnxModel {
  name: string;
  documentation: string;
  producer: { name: string; version: string };
  metadata: Record<string, string>;
  nodes: OnnxNode[];
  constants: OnnxTensor[];
  inputs: OnnxPort[];
  outputs: OnnxPort[];
}

/** Versions of the format and of its operators: old enough for every runtime since 2022. */
const irVersion = 8, opset = 17;

/** The bytes of an `.onnx` file. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const to = new BinaryWriter();
  integer(to, 1, irVersion);
  text(to, 2, model.producer.name);
  text(to, 3, model.producer.version);
  text(to, 6, model.documentation);
  message(to, 7, (graph) => {
    for (const node of model.nodes) message(graph, 1, (to) => writeNode(to, node));
    text(graph, 2, model.name);
    for (const tensor of model.constants) message(graph, 5, (to) => writeTensor(to, tensor));
    for (const port of model.inputs) message(graph, 11, (to) => writePort(to, port));
    for (const port of model.outputs) message(graph, 12, (to) => writePort(to, port));
  });
  message(to, 8, (version) => {
    text(version, 1, ""); // ONNX's own operators
    integer(version, 2, opset);
  });
  for (const [key, value] of Object.entries(model.metadata)) {
    message(to, 14, (entry) => {
      text(entry, 1, key);
      text(entry, 2, value);
    });
  }
  return to.finish();
}

function integer(to: BinaryWriter, field: number, value: number): void {
  to.tag(field, WireType.Varint).int64(value);
}

function text(to: BinaryWriter, field: number, value: string): void {
  to.tag(field, WireType.LengthDelimited).string(value);
}

function message(to: BinaryWriter, field: number, write: (to: BinaryWriter) => void): void {
  to.tag(field, WireType.LengthDelimited).fork();
  write(to);
  to.join();
}

function writeNode(to: BinaryWriter, { op, inputs, outputs, attributes }: OnnxNode): void {
  for (const name of inputs) text(to, 1, name);
  for (const name of outputs) text(to, 2, name);
  text(to, 3, outputs[0]);
  text(to, 4, op);
  for (const [name, value] of Object.entries(attributes)) {
    message(to, 5, (attribute) => {
      text(attribute, 1, name);
      writeValue(attribute, name, value);
    });
  }
}

const kinds = { float: 1, int: 2, string: 3, ints: 7 };

function writeValue(to: BinaryWriter, name: string, value: number | number[] | string): void {
  if (Array.isArray(value)) {
    for (const one of value) integer(to, 8, one);
    integer(to, 20, kinds.ints);
  } else if (typeof value === "string") {
    text(to, 4, value);
    integer(to, 20, kinds.string);
  } else if (floats.has(name)) {
    to.tag(2, WireType.Bit32).float(value);
    integer(to, 20, kinds.float);
  } else {
    integer(to, 3, value);
    integer(to, 20, kinds.int);
  }
}

const float32 = 1, int64 = 7;

function writeTensor(to: BinaryWriter, { name, shape, data }: OnnxTensor): void {
  for (const size of shape) integer(to, 1, size);
  integer(to, 2, data instanceof Float32Array ? float32 : int64);
  text(to, 8, name);
  // Little-endian in the file, as in the memory of every machine that Deno runs on.
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  to.tag(9, WireType.LengthDelimited).bytes(bytes);
}

function writePort(to: BinaryWriter, { name, shape }: OnnxPort): void {
  text(to, 1, name);
  message(to, 2, (type) =>
    message(type, 1, (tensor) => {
      integer(tensor, 1, float32);
      message(tensor, 2, (dimensions) => {
        for (const size of shape) {
          message(dimensions, 1, (one) =>
            size === null ? text(one, 2, "batch") : integer(one, 1, size));
        }
      });
    }));
}
