/**
 * What a run is: its networks, what they are held to, how they are trained, and on which images. Weights
 * answer a wish only where all of that agrees; what may differ is named.
 */
import type { Dataset } from "../data/dataset.ts";
import { type Fingerprint, fingerprintOf, sameImages } from "../data/fingerprint.ts";
import type { Labelled } from "../data/labels.ts";
import { Hash, hashText } from "../hash.ts";
import type { Model } from "./model.ts";
import type { ModelConfig } from "./model_config.ts";
import { describeNetwork } from "./topology.ts";
import type { TrainingSettings } from "./training_settings.ts";

/** Everything that decides a run's weights, and how far it is to go. */
export interface Identity {
  model: ModelConfig;
  /** The networks' layers, from `describeNetwork`. */
  networks: { encoder: string[]; decoder: string[] };
  /** Where training begins: `seed`, or the hash of weights that were given. */
  start: string;
  training: TrainingSettings;
  data: {
    source: string;
    train: Fingerprint;
    test: Fingerprint;
    /** Of a conditional model, which learns from them: a hash of the training and test labels. */
    labels?: string;
  };
}

/** The identity that training a model on a dataset would have. Reads the images once. */
export function identityOf(
  model: Model,
  training: TrainingSettings,
  { train, test, source }: Pick<Dataset, "train" | "test" | "source">,
): Identity {
  const images = { source, train: fingerprintOf(train), test: fingerprintOf(test) };
  const data = model.config.classes ? { ...images, labels: labelsHash([train, test]) } : images;
  return { ...identityApartFromData(model, training), data };
}

function labelsHash(sets: readonly Labelled[]): string {
  const hash = new Hash();
  for (const { labels } of sets) hash.bytes(labels ?? new Uint8Array());
  return hash.text();
}

export function identityApartFromData(
  model: Model,
  training: TrainingSettings,
): Omit<Identity, "data"> {
  return {
    model: model.config,
    networks: {
      encoder: describeNetwork(model.encoder),
      decoder: describeNetwork(model.decoder),
    },
    start: model.startingPoint(),
    training,
  };
}

/** One thing in which two runs differ. */
export interface Difference {
  /** As it is called in the settings: `beta`, `encoder`, `trainCount`. */
  field: string;
  /** As in `beta 1 (asked for: 4)`. */
  words: string;
}

const differ = (field: string, has: unknown, asked: unknown): Difference[] =>
  String(has) === String(asked) ? [] : [{ field, words: `${field} ${has} (asked for: ${asked})` }];

/** Fields of training that a run may be longer in without being another. */
const lengths = new Set(["epochs"]);

/** In what `has` is another run than `wanted`, whatever their length; empty where it is the same. */
export function differences(has: Identity, wanted: Identity): Difference[] {
  return [...differencesApartFromData(has, wanted), ...dataDifferences(has.data, wanted.data)];
}

/** As `differences`, whatever the images. */
export function differencesApartFromData(
  has: Omit<Identity, "data">,
  wanted: Omit<Identity, "data">,
): Difference[] {
  const training = (Object.keys(wanted.training) as (keyof TrainingSettings)[])
    .filter((key) => !lengths.has(key))
    .flatMap((key) => differ(key, has.training[key], wanted.training[key]));
  const { model: a } = has, { model: b } = wanted;
  const model = [
    ...(["kind", "likelihood", "latentDim", "treatment", "seed"] as const)
      .flatMap((key) => differ(key, a[key], b[key])),
    ...differ("inputShape", a.inputShape.join("×"), b.inputShape.join("×")),
  ];
  // Their layers follow from these, and would say the same at more length.
  const resized = model.some(({ field }) => ["kind", "latentDim", "inputShape"].includes(field));
  const networks = resized ? [] : (["encoder", "decoder"] as const)
    .flatMap((part) => networkDifferences(part, has.networks[part], wanted.networks[part]));
  return [
    ...model,
    ...networks,
    ...differ("initial weights", has.start, wanted.start),
    ...training,
  ];
}

/** In how many images two runs differ: the one may be the other's beginning. */
export function countDifferences(has: Identity["data"], wanted: Identity["data"]): Difference[] {
  return [
    ...differ("trainCount", has.train.count, wanted.train.count),
    ...differ("testCount", has.test.count, wanted.test.count),
  ];
}

function networkDifferences(part: string, has: string[], wanted: string[]): Difference[] {
  const at = wanted.findIndex((line, i) => line !== has[i]);
  if (at < 0 && has.length === wanted.length) return [];
  const words = at < 0
    ? `${part} with ${has.length - wanted.length} layers more than asked for`
    : `${part}, layer ${has[at] ?? "none"} (asked for: ${wanted[at]})`;
  return [{ field: part, words }];
}

function dataDifferences(has: Identity["data"], wanted: Identity["data"]): Difference[] {
  const source = differ("source", has.source, wanted.source);
  if (source.length > 0) return source;
  const images = (["train", "test"] as const).flatMap((part) =>
    sameImages(has[part], wanted[part])
      ? []
      : [{ field: part, words: `other ${part} images than those asked for` }]
  );
  const asMany = countDifferences(has, wanted).length === 0;
  return images.length > 0 || has.labels === wanted.labels || !asMany
    ? images
    : [{ field: "labels", words: "other labels than those asked for" }];
}

/** Six hexadecimal digits of the settings and images, epochs apart: part of a folder's name. */
export function identityHash(identity: Identity): string {
  const { model: { name: _, ...model }, training: { epochs: __, ...training }, data } = identity;
  const { source, train, test, labels } = data;
  const images = { source, train: train.whole, test: test.whole, labels };
  const { networks, start } = identity;
  return hashText(JSON.stringify({ model, networks, start, training, images })).slice(0, 6);
}
