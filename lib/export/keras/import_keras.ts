/** Weights that Keras saved, in a model of here. */
import { aFile, aModel, requireArguments } from "../../kinds.ts";
import * as tf from "@tensorflow/tfjs";
import type { Model } from "../../models/model.ts";
import { WeightsMismatch } from "../../models/model_files.ts";
import { DamagedError } from "../../checksums.ts";
import { isHdf5, type Numbers, readHdf5 } from "./hdf5.ts";
import { type KerasVariable, modelVariables } from "./variables.ts";

/**
 * Gives a model the weights of a `.weights.h5` file of Keras 3, all of them or none: that of any
 * `keras.Model` with its networks in `self.encoder` and `self.decoder`, as in TensorFlow's and Keras's
 * tutorials, whose layers are this model's in the same order; a likelihood's learned scale is the
 * `keras.Model`'s own weight. What else the file holds is left alone.
 *
 * @throws WeightsMismatch naming every weight that is missing, left over or of another shape
 * @throws DamagedError where the file is no HDF5 file
 * @throws Deno.errors.NotFound where there is none
 */
export async function importKeras(model: Model, path: string): Promise<void> {
  requireArguments("importKeras", { model: [aModel, model], path: [aFile, path] });
  const bytes = await Deno.readFile(path);
  if (!isHdf5(bytes)) throw new DamagedError(`Cannot read "${path}": it is no HDF5 file`);
  const saved = await readHdf5(bytes);
  const wanted = modelVariables(model);
  const wrong = [...wanted.flatMap((one) => mismatch(one, saved)), ...leftOver(wanted, saved)];
  if (wrong.length > 0) {
    throw new WeightsMismatch(
      `Cannot load the weights in "${path}" into this model: ${wrong.join("; ")}`,
    );
  }
  for (const { path, variable } of wanted) {
    const { shape, data } = saved.get(path)!;
    tf.tidy(() => variable.assign(tf.tensor(data, shape)));
  }
}

function mismatch(
  { path, name, variable: { shape } }: KerasVariable,
  saved: ReadonlyMap<string, Numbers>,
): string[] {
  const has = saved.get(path)?.shape;
  if (has?.join() === shape.join()) return [];
  const what = has ? `[${has.join(", ")}]` : "no such array";
  return [`${path} (${name}): the model has [${shape.join(", ")}], saved is ${what}`];
}

/** Weights of a layer that the model has not; an optimizer's lie elsewhere. */
function leftOver(wanted: KerasVariable[], saved: ReadonlyMap<string, Numbers>): string[] {
  const known = new Set(wanted.map(({ path }) => path));
  return [...saved.keys()]
    .filter((path) => /^(encoder|decoder)\/.*\/vars\/\d+$/.test(path) && !known.has(path))
    .map((path) => `${path}: saved is [${saved.get(path)!.shape.join(", ")}], the model has none`);
}
