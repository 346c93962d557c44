/** What the page and its worker say to each other, and what the page is made of. Types and names alone. */
import type { EngineWish, PageEngine } from "../compute/page_engines.ts";
import type { Treatment } from "../data/batches.ts";
import type { LikelihoodName } from "../likelihoods/units.ts";
import type { TrainingSettings } from "../models/training_settings.ts";
import type { LossTerms } from "../objective.ts";
import type { EpochRecord } from "../training/records.ts";

/** The networks to choose from; the page says what they are. */
export const networkNames = [
  "dense-64",
  "dense-256",
  "dense-512",
  "conv-8",
  "conv-16",
  "conv-32",
] as const;

/** What decides a training before its first step. */
export interface LiveSettings {
  network: (typeof networkNames)[number];
  kind: "vae" | "ae";
  latentDim: number;
  beta: number;
  learningRate: number;
  seed: number;
}

/** What may be changed while it trains, and after which step it was. */
export interface Change extends Partial<Pick<TrainingSettings, "beta" | "learningRate">> {
  step: number;
}

/** Everything that decides the weights: from the same log come the same. */
export interface Log {
  /** Null where training began at a model from a file. */
  settings: LiveSettings | null;
  engine: PageEngine;
  changes: Change[];
  /** Steps taken. */
  steps: number;
}

/** How many images of each part lie in the page, and what they are. */
export interface DigitsContents {
  source: string;
  train: { name: string; count: number };
  test: { name: string; count: number };
  /** [height, width, channels] */
  shape: [number, number, number];
}

/** Likelihoods whose number is in nats, as the KL that stands beside it. */
export type PageLikelihood = Exclude<LikelihoodName, "mse">;

/** What the page asks of the worker. */
export type Command =
  | {
    kind: "start";
    /** tfjs's compiled file. */
    wasm: Uint8Array<ArrayBuffer>;
    digits: DigitsContents;
    /** Pixels of train and test, then labels of both. */
    bytes: Uint8Array<ArrayBuffer>;
    settings: LiveSettings;
  }
  | { kind: "begin"; settings: LiveSettings }
  | { kind: "open"; name: string; bytes: Uint8Array<ArrayBuffer> }
  /** The same training from its beginning, and all that follow, on another engine. */
  | { kind: "engine"; wish: EngineWish }
  | { kind: "play" | "pause" | "step" | "again" | "replay" | "save" }
  | { kind: "slow"; on: boolean }
  | { kind: "change"; changed: Omit<Change, "step"> };

/** A layer's or a tensor's share of a step: the gradient's length, and that of its weights. */
export interface GradientNorm {
  name: string;
  gradient: number;
  weights: number;
}

/** One step in numbers: of the first image of its batch, and of the batch. */
export interface StepNumbers {
  step: number;
  label: number | null;
  /** Pixels in [0, 1]. */
  x: Float32Array;
  reconstruction: Float32Array;
  mean: number[];
  likelihood: PageLikelihood;
  /** Null for an autoencoder. */
  sigma: number[] | null;
  eps: number[];
  z: number[];
  /** Of the image, in nats. */
  image: LossTerms;
  /** Of the batch, means over its images, in nats; `loss` unweighted. */
  batch: LossTerms;
  batchSize: number;
  /** How it is trained: a model from a file may be in another way. */
  training: Pick<TrainingSettings, "beta" | "learningRate" | "kl" | "optimizer">;
  gradients: GradientNorm[];
  /** ‖∂L/∂θ‖ over all weights. */
  gradientNorm: number;
  /** ‖θ after − θ before‖. */
  updateNorm: number;
}

/** Where training is. */
export interface Status {
  playing: boolean;
  slow: boolean;
  replaying: boolean;
  steps: number;
  epoch: number;
  batch: number;
  batches: number;
  imagesPerSecond: number;
}

/** Codes on the plane and what they are. */
export interface CodesPicture {
  /** [n · 2] */
  points: Float32Array;
  labels: Uint8Array;
  /** Of the axes; one for a strip. */
  names: string[];
}

/** Decoded images as bytes 0–255, one after the other. */
export interface GridPicture {
  pixels: Uint8Array;
  rows: number;
  columns: number;
  /** Coordinates of columns and rows on the plane. */
  xs: number[];
  ys: number[];
}

/** What the worker tells the page. */
export type Report =
  | {
    kind: "begun";
    log: Log;
    /** In a few words: what trains. */
    title: string;
    variational: boolean;
    treatment: Treatment;
    latentDim: number;
    parameters: number;
    batchSize: number;
    training: Pick<TrainingSettings, "beta" | "learningRate">;
    history: EpochRecord[];
  }
  /** What trains, and in a line why. */
  | { kind: "engine"; engine: PageEngine; words: string }
  | { kind: "status"; status: Status }
  /** Batches since the last report: step, −ELBO, reconstruction and KL of each. */
  | { kind: "batches"; steps: Float64Array }
  | { kind: "epoch"; record: EpochRecord }
  | { kind: "codes"; codes: CodesPicture }
  | { kind: "manifold"; grid: GridPicture }
  | { kind: "reconstructions"; originals: Uint8Array; reconstructions: Uint8Array }
  | { kind: "draws"; pixels: Uint8Array }
  | { kind: "numbers"; numbers: StepNumbers }
  | { kind: "log"; log: Log; hash: string }
  | { kind: "replayed"; same: boolean; hash: string; was: string; steps: number }
  | { kind: "saved"; name: string; bytes: Uint8Array<ArrayBuffer> }
  | { kind: "failed"; message: string; fatal: boolean };

/** The worker's reports by name. */
export type ReportOf<Kind extends Report["kind"]> = Extract<Report, { kind: Kind }>;
