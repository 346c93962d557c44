/** A model as files that Keras 3 opens, with TensorFlow, PyTorch or JAX below it. */
import { aFolder, requireArguments } from "../../kinds.ts";
import type * as tf from "@tensorflow/tfjs";
import { zipSync } from "fflate";
import { join } from "node:path";
import { writeAtomically } from "../../files.ts";
import type { Model } from "../../models/model.ts";
import { type ExportOptions, originOf } from "../origin.ts";
import { type Numbers, writeHdf5 } from "./hdf5.ts";
import { networkConfig } from "./network_config.ts";
import { type KerasVariable, kerasVariables, modelVariables } from "./variables.ts";

/** The paths of the files that `exportKeras` writes. */
export interface KerasFiles {
  encoder: string;
  decoder: string;
  weights: string;
}

/** The version whose format the files have: any newer one reads them. */
const kerasVersion = "3.0.0";

/**
 * Writes three files into a folder, each whole or not at all. `encoder.keras` and `decoder.keras` are the
 * networks, which `keras.models.load_model` gives back with no other code; `model.weights.h5` holds the
 * weights of both, for `load_weights` of a `keras.Model` with its networks in `self.encoder` and
 * `self.decoder`. (Keras 3.15 over PyTorch counts the padding of an averagePooling2d with padding "same".) The model's settings, and those of its run where it is given, stand in the files' metadata.
 *
 * @throws OptionError naming an option that cannot be used, a run that is not the model's, or a layer that
 *   Keras has no equivalent of
 */
export async function exportKeras(
  model: Model,
  folder: string,
  options: ExportOptions = {},
): Promise<KerasFiles> {
  const origin = await originOf(model, options, "exportKeras");
  requireArguments("exportKeras", { folder: [aFolder, folder] });
  const { encoder, decoder } = model;
  const packed = {
    encoder: await kerasFile(encoder, origin, "exportKeras: encoder"),
    decoder: await kerasFile(decoder, origin, "exportKeras: decoder"),
    weights: await writeHdf5(
      await arraysOf(modelVariables(model), ["encoder/layers/", "decoder/layers/"]),
      origin,
    ),
  };
  const files = {
    encoder: join(folder, "encoder.keras"),
    decoder: join(folder, "decoder.keras"),
    weights: join(folder, "model.weights.h5"),
  };
  for (const part of ["encoder", "decoder", "weights"] as const) {
    await writeAtomically(files[part], packed[part]);
  }
  return files;
}

/**
 * A network with its weights, as a zip of two JSON files and one of HDF5.
 *
 * @param origin texts for the file's metadata
 * @throws OptionError naming a layer that Keras has no equivalent of
 */
export async function kerasFile(
  network: tf.LayersModel,
  origin: Record<string, string>,
  where: string,
): Promise<Uint8Array> {
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const files = {
    "metadata.json": json({ keras_version: kerasVersion, ...origin }),
    "config.json": json(networkConfig(network, where)),
    "model.weights.h5": await writeHdf5(
      await arraysOf(kerasVariables(network, ""), ["layers/"]),
      {},
    ),
  };
  // Numbers do not get smaller, and the same model gives the same bytes.
  return zipSync(files, { level: 0, mtime: "1980-01-01" });
}

/** Weights by their paths in HDF5, and the groups that Keras looks for where there are none. */
async function arraysOf(variables: KerasVariable[], groups: string[]) {
  const arrays = new Map<string, Numbers | null>(groups.map((group) => [group, null]));
  for (const { path, variable } of variables) {
    const data = Float32Array.from(await variable.data<"float32">());
    arrays.set(path, { shape: variable.shape, data });
  }
  return arrays;
}
