/** A model's weights in one `.safetensors` file (https://github.com/huggingface/safetensors). */
import { aFile, requireArguments } from "../kinds.ts";
import { writeAtomically } from "../files.ts";
import type { Model } from "../models/model.ts";
import { type ExportOptions, originOf } from "./origin.ts";
import { type NamedWeight, readWeights } from "./weights.ts";

/** Said in the file: other systems keep the axes of a kernel in other orders. */
const layout = "as in TensorFlow: dense kernels [in, out], conv2d [height, width, in, out], " +
  "conv2dTranspose [height, width, out, in]; images [batch, height, width, channels]";

/**
 * Writes the weights of both parts into one file, whole or not at all: float32 tensors by names as
 * `encoder.conv_1.kernel`; beside them `log_scale`, where the likelihood has learned one. The model's settings, and those of its run where it is given, stand in the header.
 *
 * @throws OptionError naming an option that cannot be used, or a run that is not the model's
 */
export async function exportSafetensors(
  model: Model,
  path: string,
  options: ExportOptions = {},
): Promise<void> {
  const metadata = { ...await originOf(model, options, "exportSafetensors"), layout };
  requireArguments("exportSafetensors", { path: [aFile, path] });
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let size = 0;
  const { encoder, decoder, logScale } = model;
  const weights: Pick<NamedWeight, "name" | "shape" | "data">[] = [
    ...await readWeights(encoder, "encoder/"),
    ...await readWeights(decoder, "decoder/"),
  ];
  if (logScale) {
    const data = Float32Array.from(await logScale.data());
    weights.push({ name: "log_scale", shape: logScale.shape, data });
  }
  for (const { name, shape, data } of weights) {
    const data_offsets = [size, size += data.byteLength];
    header[name.replaceAll("/", ".")] = { dtype: "F32", shape, data_offsets };
    parts.push(new Uint8Array(data.buffer));
  }
  await writeAtomically(path, joined(header, parts, size));
}

/** The header's length in 8 bytes, the header, and the numbers, which begin at a multiple of 8. */
function joined(header: object, parts: Uint8Array[], size: number): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + length + size).fill(0x20, 8, 8 + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(json, 8);
  let at = 8 + length;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}
