/** Models on disk in tfjs's standard format: `model.json` and `weights.bin`, one folder per part. */
import * as tf from "@tensorflow/tfjs";
import type { Model } from "./model.ts";
import type { Networks } from "./networks/heads.ts";

const parts = ["encoder", "decoder"] as const;
const weightsFile = "weights.bin";

/** The weights in a folder do not fit the model. */
export class WeightsMismatch extends TypeError {
  override name = "WeightsMismatch";
}

/**
 * Writes `encoder/` and `decoder/` into a folder. Plain `tf.loadLayersModel` reads each.
 *
 * @param options.float16 halves the size of the weights; reading gives float32 again
 */
export async function saveModel(
  model: Model,
  folder: string,
  options: { float16?: boolean } = {},
): Promise<void> {
  for (const part of parts) {
    await model[part].save(tf.io.withSaveHandler(async (artifacts) => {
      await writeArtifacts(`${folder}/${part}`, artifacts, options.float16 ?? false);
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    }));
  }
}

async function writeArtifacts(folder: string, artifacts: tf.io.ModelArtifacts, float16: boolean) {
  const { weightData, weightSpecs, ...rest } = artifacts;
  let bytes = new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData));
  let specs = weightSpecs!;
  if (float16) {
    bytes = new Uint8Array(new Float16Array(new Float32Array(bytes.buffer)).buffer);
    specs = specs.map((spec) => ({ ...spec, quantization: { dtype: "float16" as const } }));
  }
  const weightsManifest = [{ paths: [weightsFile], weights: specs }];
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeFile(`${folder}/${weightsFile}`, bytes);
  await Deno.writeTextFile(`${folder}/model.json`, JSON.stringify({ ...rest, weightsManifest }));
}

/**
 * The networks of a model that `saveModel` wrote, layer by layer, with fresh weights.
 *
 * @throws Deno.errors.NotFound where the folder holds no model
 */
export async function loadNetworks(folder: string): Promise<Networks> {
  const [encoder, decoder] = await Promise.all(parts.map(async (part) => {
    const { modelTopology } = JSON.parse(
      await Deno.readTextFile(`${folder}/${part}/model.json`),
    ) as tf.io.ModelJSON;
    return await tf.models.modelFromJSON(
      modelTopology as Parameters<typeof tf.models.modelFromJSON>[0],
    );
  }));
  return { encoder, decoder };
}

/**
 * Gives a model the weights in a folder that `saveModel` wrote.
 *
 * @throws WeightsMismatch naming every tensor that is missing, left over or of another shape
 * @throws Deno.errors.NotFound where the folder holds no model
 */
export async function loadWeights(model: Model, folder: string): Promise<void> {
  const loaded = [];
  const mismatches: string[] = [];
  for (const part of parts) {
    const { weightsManifest } = JSON.parse(
      await Deno.readTextFile(`${folder}/${part}/model.json`),
    ) as tf.io.ModelJSON;
    const specs = weightsManifest.flatMap((group) => group.weights);
    const wanted = namedWeights(model[part]);
    for (const [i, { name, weight }] of wanted.entries()) {
      const found = specs[i]?.shape;
      if (found?.join() === weight.shape.join()) continue;
      const has = found ? `[${found.join(", ")}]` : "no such tensor";
      mismatches.push(
        `${part}/${name}: the model has [${weight.shape.join(", ")}], saved is ${has}`,
      );
    }
    for (const spec of specs.slice(wanted.length)) {
      mismatches.push(
        `${part}/${spec.name}: saved is [${spec.shape.join(", ")}], the model has none`,
      );
    }
    loaded.push({ part, specs });
  }
  if (mismatches.length > 0) {
    throw new WeightsMismatch(
      `Cannot load the weights in "${folder}" into this model: ${mismatches.join("; ")}`,
    );
  }
  for (const { part, specs } of loaded) {
    const bytes = await Deno.readFile(`${folder}/${part}/${weightsFile}`);
    const byName = tf.io.decodeWeights(bytes.buffer, specs);
    model[part].setWeights(specs.map((spec) => byName[spec.name]));
    tf.dispose(byName);
  }
}

/** A part's weights with the names of their layers, free of the suffixes that tfjs adds per process. */
function namedWeights(part: tf.LayersModel) {
  return part.layers.flatMap((layer) =>
    layer.weights.map((weight) => ({
      name: `${layer.name}/${weight.originalName.split("/").at(-1)}`,
      weight,
    }))
  );
}
