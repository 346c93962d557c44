/**
 * A model as the files of tfjs's standard format, and back: `model.json` and `weights.bin` of each part; beside them,
 * in `likelihood.json`, the logarithms of what the likelihood has learned.
 */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { DamagedError, type Files } from "../checksums.ts";
import type { Model } from "./model.ts";
import type { Networks } from "./networks/heads.ts";

export const parts = ["encoder", "decoder"] as const;
type Part = typeof parts[number];
const weightsFile = "weights.bin";
export const likelihoodFile = "likelihood.json";
const likelihoodSchema = z.strictObject({ logScale: z.array(z.number()) });

/** The weights in files do not fit the model. */
export class WeightsMismatch extends TypeError {
  override name = "WeightsMismatch";
}

/** All files of a model; with `float16` its weights take half the bytes, and reading gives float32 again. */
export async function modelFiles(model: Model, { float16 = false } = {}) {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const part of parts) {
    await model[part].save(tf.io.withSaveHandler((artifacts) => {
      const { weightData, weightSpecs, ...rest } = artifacts;
      let bytes = new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData));
      let weights = weightSpecs!;
      if (float16) {
        bytes = new Uint8Array(new Float16Array(new Float32Array(bytes.buffer)).buffer);
        weights = weights.map((spec) => ({ ...spec, quantization: { dtype: "float16" as const } }));
      }
      const weightsManifest = [{ paths: [weightsFile], weights }];
      const json = JSON.stringify({ ...rest, weightsManifest });
      files.set(`${part}/model.json`, new TextEncoder().encode(json));
      files.set(`${part}/${weightsFile}`, bytes);
      return Promise.resolve({ modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) });
    }));
  }
  if (model.logScale) {
    const logScale = Array.from(await model.logScale.data());
    files.set(likelihoodFile, new TextEncoder().encode(JSON.stringify({ logScale })));
  }
  return files;
}

function readJson(files: Files, part: Part, folder: string): tf.io.ModelJSON {
  const name = `${part}/model.json`, bytes = files.get(name);
  const wrong = (what: string) => new DamagedError(`Cannot read "${folder}/${name}": ${what}`);
  if (!bytes) throw wrong("it is missing");
  let json: Partial<tf.io.ModelJSON> | null;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw wrong("it is no whole JSON file");
  }
  if (!json?.modelTopology || !Array.isArray(json.weightsManifest)) {
    throw wrong("expected a model of tfjs, with `modelTopology` and `weightsManifest`");
  }
  return json as tf.io.ModelJSON;
}

/** Which weights lie in which files. @throws DamagedError where `model.json` says nothing of that */
export const manifestOf = (files: Files, part: Part, folder: string) =>
  readJson(files, part, folder).weightsManifest;

/**
 * The networks of a saved model, layer by layer, with fresh weights.
 *
 * @param folder where the files come from, for messages
 * @throws DamagedError where they are no networks
 */
export async function networksOf(files: Files, folder: string): Promise<Networks> {
  const [encoder, decoder] = await Promise.all(parts.map(async (part) => {
    const { modelTopology } = readJson(files, part, folder);
    return await tf.models.modelFromJSON(
      modelTopology as Parameters<typeof tf.models.modelFromJSON>[0],
    );
  }));
  return { encoder, decoder };
}

/**
 * Gives a model the weights in files, all of them or none.
 *
 * @param folder where the files come from, for messages
 * @throws WeightsMismatch naming every tensor that is missing, left over or of another shape
 * @throws DamagedError naming a file that is not what was written
 */
export function setWeights(model: Model, files: Files, folder: string): void {
  const mismatches: string[] = [];
  const found = parts.map((part) => {
    const manifest = manifestOf(files, part, folder);
    const specs = inOrder(model[part], manifest.flatMap(({ weights }) => weights));
    compare(model[part], part, specs, mismatches);
    return { part, manifest, specs };
  });
  const logScale = readLogScale(files, folder);
  if (model.logScale?.size !== logScale?.length) {
    const has = (size = 0) => `${size || "no"} learned scale${size > 1 ? "s" : ""}`;
    mismatches.push(
      `${likelihoodFile}: the model has ${has(model.logScale?.size)}, saved is ${
        has(logScale?.length)
      }`,
    );
  }
  if (mismatches.length > 0) {
    throw new WeightsMismatch(
      `Cannot load the weights in "${folder}" into this model: ${mismatches.join("; ")}`,
    );
  }
  const decoded: tf.NamedTensorMap[] = [];
  try {
    for (const { part, manifest } of found) decoded.push(decode(files, part, manifest, folder));
    found.forEach(({ part, specs }, i) =>
      model[part].setWeights(specs.map(({ name }) => decoded[i][name]))
    );
    tf.tidy(() => model.logScale?.assign(tf.tensor1d(logScale!)));
  } finally {
    tf.dispose(decoded);
  }
}

function readLogScale(files: Files, folder: string): number[] | undefined {
  const bytes = files.get(likelihoodFile);
  if (!bytes) return undefined;
  try {
    return likelihoodSchema.parse(JSON.parse(new TextDecoder().decode(bytes))).logScale;
  } catch {
    throw new DamagedError(
      `Cannot read "${folder}/${likelihoodFile}": expected { "logScale": numbers }`,
    );
  }
}

type Spec = tf.io.WeightsManifestEntry;

/** All tensors of a part. A manifest's groups each have files of their own, which follow one another. */
function decode(
  files: Files,
  part: Part,
  manifest: tf.io.WeightsManifestConfig,
  folder: string,
): tf.NamedTensorMap {
  const tensors: tf.NamedTensorMap = {};
  for (const { paths, weights } of manifest) {
    const bytes = new Uint8Array(
      tf.io.CompositeArrayBuffer.join(paths.map((path) => files.get(`${part}/${path}`)!.buffer)),
    );
    const wanted = weights.reduce((sum, spec) => sum + bytesOf(spec), 0);
    if (bytes.length !== wanted) {
      throw new DamagedError(
        `"${folder}/${part}/${paths.join(", ")}" is damaged: expected ${wanted} bytes, ` +
          `got ${bytes.length}`,
      );
    }
    Object.assign(tensors, tf.io.decodeWeights(bytes.buffer, weights));
  }
  return tensors;
}

function bytesOf({ shape, dtype, quantization }: Spec): number {
  const width = { float16: 2, uint16: 2, uint8: 1, int32: 4, float32: 4 };
  const kind = (quantization?.dtype ?? dtype) as keyof typeof width;
  return shape.reduce((size, length) => size * length, width[kind] ?? 4);
}

/** `dense_1/kernel`, free of the suffixes that tfjs adds per process. */
function namesOf(network: tf.LayersModel): string[] {
  return network.layers.flatMap((layer) =>
    layer.weights.map((weight) => `${layer.name}/${weight.originalName.split("/").at(-1)}`)
  );
}

/** Saved tensors in the network's order: by name where the names are the same, else as they come. */
function inOrder(network: tf.LayersModel, specs: Spec[]): Spec[] {
  const byName = new Map(specs.map((spec) => [spec.name.split("/").slice(-2).join("/"), spec]));
  const sorted = namesOf(network).flatMap((name) => byName.get(name) ?? []);
  // Names that come twice, in models within models, say nothing.
  return new Set(sorted).size === specs.length ? sorted : specs;
}

function compare(network: tf.LayersModel, part: Part, specs: Spec[], mismatches: string[]): void {
  const names = namesOf(network);
  network.weights.forEach(({ shape }, i) => {
    const saved = specs[i]?.shape;
    if (saved?.join() === shape.join()) return;
    const has = saved ? `[${saved.join(", ")}]` : "no such tensor";
    mismatches.push(`${part}/${names[i]}: the model has [${shape.join(", ")}], saved is ${has}`);
  });
  for (const { name, shape } of specs.slice(names.length)) {
    mismatches.push(`${part}/${name}: saved is [${shape.join(", ")}], the model has none`);
  }
}
