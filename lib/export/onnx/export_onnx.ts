/** A model as two ONNX files, for any of the runtimes that read them. */
import { aFolder, requireArguments } from "../../kinds.ts";
import { join } from "node:path";
import { writeAtomically } from "../../files.ts";
import { OptionError } from "../../options.ts";
import type { Model } from "../../models/model.ts";
import { readPackage } from "../../project.ts";
import { type ExportOptions, originOf } from "../origin.ts";
import { encodeModel } from "./messages.ts";
import { networkGraph } from "./network_graph.ts";

/** Inputs and outputs of a part, by the names that they have in the file. */
interface Ends {
  input: string;
  outputs: string[];
  documentation: string;
}

function encoderEnds({ config }: Model): Ends {
  const [height, width, channels] = config.inputShape;
  const image = `x [batch, ${height}, ${width}, ${channels}] in [0, 1], channels last`;
  return config.kind === "vae"
    ? {
      input: "x",
      outputs: ["mean", "log_variance"],
      documentation:
        `${image} → mean and log_variance of q(z|x), [batch, ${config.latentDim}] each`,
    }
    : {
      input: "x",
      outputs: ["code"],
      documentation: `${image} → code [batch, ${config.latentDim}]`,
    };
}

function decoderEnds({ config, likelihood }: Model): Ends {
  const [height, width, channels] = config.inputShape;
  return {
    input: "z",
    outputs: ["logits"],
    documentation: `z [batch, ${config.latentDim}] → logits [batch, ${height}, ${width}, ` +
      `${channels}], channels last; their ${likelihood.meanActivation} is the pixel means`,
  };
}

/**
 * Writes `encoder.onnx` (x → mean and log_variance, or code) and `decoder.onnx` (z → logits) into a folder,
 * each whole or not at all. Images are [batch, height, width, channels], as everywhere here: the transposes
 * that ONNX's operators need are inside, and runtimes cancel those that meet. Operators of version 17, float32.
 * The model's settings, and those of its run where it is given, stand in the files' metadata.
 *
 * @returns the paths of the two files
 * @throws OptionError naming an option that cannot be used, a run that is not the model's, or a layer that
 *   ONNX has no equivalent of
 */
export async function exportOnnx(
  model: Model,
  folder: string,
  options: ExportOptions = {},
): Promise<{ encoder: string; decoder: string }> {
  const metadata = await originOf(model, options, "exportOnnx");
  requireArguments("exportOnnx", { folder: [aFolder, folder] });
  if (model.config.classes) {
    throw new OptionError(
      "exportOnnx: expected networks of one input each, got a conditional model's",
    );
  }
  const producer = await readPackage();
  const ends = { encoder: encoderEnds(model), decoder: decoderEnds(model) };
  const files = { encoder: join(folder, "encoder.onnx"), decoder: join(folder, "decoder.onnx") };
  for (const part of ["encoder", "decoder"] as const) {
    const where = `exportOnnx: ${part}`;
    const { documentation, ...names } = ends[part];
    const graph = await networkGraph(model[part], names, where);
    const onnx = { name: part, documentation, producer, metadata: { part, ...metadata }, ...graph };
    await writeAtomically(files[part], encodeModel(onnx));
  }
  return files;
}
