/** The contract between the kernel and the page: `explorer.ts` writes it, `page/` reads it. */
import type { Treatment } from "../../data/batches.ts";
import type { LayerSpec, Weights } from "../../latent/layer_export.ts";
import type { LatentPlane } from "../../latent/plane.ts";
import type { vaeLikelihoodNames } from "../../likelihoods/units.ts";

/** What an explorer can show. */
export const explorerParts = ["plane", "sliders", "interpolate", "draw", "bound"] as const;
export type ExplorerPart = (typeof explorerParts)[number];

/** Where an array lies in the packed bytes, and how many values it has. */
interface Place {
  at: number;
  length: number;
}

/** Numbers as IEEE 754 halves, or as signed bytes times a step. */
export type PackedFloats =
  | Place & { format: "float16" }
  /** One step per output channel, the channel being `⌊index / inner⌋ mod channels`. */
  | Place & { format: "int8"; scales: PackedFloats; inner: number };

/** Small whole numbers as bytes, or greys of four bits, two in a byte. */
export type PackedBytes = Place & { format: "uint8" | "nibbles" };

/** A weight of a layer, row-major. */
export type PackedWeights = PackedFloats & { shape: number[] };

/** A layer without its name, its weights of another form. */
type With<W, Spec extends LayerSpec> = Spec extends { kernel: Weights }
  ? Omit<Spec, "name" | "kernel" | "bias"> & { kernel: W; bias: W | null }
  : Omit<Spec, "name">;

/** A layer as it is packed. */
export type PackedLayer = With<PackedWeights, LayerSpec>;
/** A layer as the page computes with it. */
export type PageLayer = With<Weights, LayerSpec>;

/** A class, and the CSS colour of its codes; its shape is that of its label. */
export interface PageClass {
  label: number;
  name: string;
  color: string;
}

/** One slider: the dimension that it moves, and its KL in nats where that is known. */
export interface SliderContents {
  dimension: number;
  kl: number | null;
}

/** Weights of an earlier epoch: those of the epoch after it, and `step` times these signed bytes. */
export type PackedSteps = Place & { format: "steps"; step: number };

/** What differs between an epoch and the one after it. */
export interface EarlierEpoch {
  /** One for each layer of the decoder that has weights, in their order. */
  weights: { kernel: PackedSteps; bias: PackedSteps | null }[];
  /** [n · latentDim] */
  codes: PackedFloats;
  /** [n · latentDim]; an autoencoder has none. */
  sigmas?: PackedFloats;
  /** log of the likelihood's learned scale then; null where it learns none. */
  logScale: readonly number[] | null;
}

/** What it takes to say in nats how a model likes an image. */
export interface BoundContents {
  likelihood: typeof vaeLikelihoodNames[number];
  /** log of the likelihood's learned scale, [1] or [channels]; null where it learns none. */
  logScale: readonly number[] | null;
}

/** Everything that the page is told about the packed bytes, as JSON. */
export interface ExplorerContents {
  title: string;
  kind: "vae" | "ae";
  treatment: Treatment;
  latentDim: number;
  /** [height, width, channels] */
  imageShape: [number, number, number];
  /** The classes that are there, in the order of their labels; none where no labels are known. */
  classes: PageClass[];
  /** What an image is called. */
  noun: "digit" | "image";
  parts: ExplorerPart[];
  /** Null for an autoencoder, which has no q(z|x). */
  bound: BoundContents | null;
  plane: Pick<LatentPlane, "origin" | "axes" | "names">;
  /** The plane is shown from −planeRange to planeRange. */
  planeRange: number;
  sliders: SliderContents[];
  sliderRange: number;
  decoder: PackedLayer[];
  encoder?: PackedLayer[];
  /** [n · latentDim] */
  codes?: PackedFloats;
  /** [n · latentDim], where no encoder can tell them */
  sigmas?: PackedFloats;
  /** [n], the class of each code as its place among `classes` */
  labels?: PackedBytes;
  /** [n · height · width · channels], bytes 0–255 of sixteen greys */
  originals?: PackedBytes;
  /** The numbers of a run's epochs; the last is the model itself. */
  epochs?: number[];
  /** What the others are, in the order of `epochs`. */
  earlier?: EarlierEpoch[];
}

/** Several models under one title, their arrays among the same packed bytes; each has its name as its own title. */
export interface SideBySideContents {
  title: string;
  runs: ExplorerContents[];
}
