/** What the bench measures, and the lines that it and the engines' processes exchange. */
import { type Preset, preset } from "../../lib/models/presets.ts";
import { typedVae } from "../training/typed_network.ts";

export const workNames = [
  "cvae-train",
  "cvae-typed-train",
  "cvae-wide-train",
  "cvae-eval",
  "cvae-manifold",
  "dense-train",
  "cvae-encode",
] as const;
export type WorkName = typeof workNames[number];

/** Rows compare within one run only: other minutes, other numbers. */
export const engineOrder = [
  "tensorflow",
  "tensorflow-graph",
  "pytorch",
  "pytorch-compiled",
  "jax",
  "onednn",
  "portable",
  "webgpu",
  "cpu",
] as const;
export type BenchEngine = typeof engineOrder[number];

/** What others have made; the rest is ours. */
export const peers: readonly BenchEngine[] = engineOrder.slice(0, engineOrder.indexOf("onednn"));

/** Asked of an engine's process, one JSON line each. */
export interface Request {
  work: WorkName;
  batch: number;
  images: number;
  filters?: number[];
  workers?: number;
}

/** Its answers, and its first line. */
export interface Row {
  engine: BenchEngine;
  work: WorkName;
  batch: number;
  imagesPerSecond: number;
  /** Of the process that did this work and no other; null where the system does not tell. */
  peakRssMb: number | null;
  /** `mnist`, or `random bits` where it is not on this machine. */
  data: string;
}
export type Answer = Row | { error: string };
export interface Greeting {
  engine: BenchEngine;
  title: string;
}

/** A line of the table. `images` is a round's number, a multiple of the batch; stock tfjs gets a fraction. */
export interface Work {
  work: WorkName;
  title: string;
  batch: number;
  images: number;
  imagesOnStock: number;
}

export const works: Work[] = [
  { work: "cvae-train", title: "CVAE training", batch: 32, images: 12_800, imagesOnStock: 32 },
  { work: "cvae-train", title: "CVAE training", batch: 128, images: 12_800, imagesOnStock: 128 },
  {
    work: "cvae-typed-train",
    title: "CVAE training, typed layer by layer",
    batch: 32,
    images: 12_800,
    imagesOnStock: 32,
  },
  {
    work: "cvae-wide-train",
    title: "CVAE training, twice the filters",
    batch: 32,
    images: 3_200,
    imagesOnStock: 32,
  },
  { work: "cvae-eval", title: "evaluation", batch: 100, images: 10_000, imagesOnStock: 100 },
  { work: "cvae-manifold", title: "20×20 manifold", batch: 400, images: 4_000, imagesOnStock: 400 },
  {
    work: "dense-train",
    title: "dense VAE training",
    batch: 100,
    images: 40_000,
    imagesOnStock: 1_000,
  },
];

/** The recipe of the model that a request is about. */
export function recipeOf({ work, batch, filters }: Request): Preset {
  if (work === "dense-train") return preset("dense-vae", { batchSize: batch });
  if (work === "cvae-typed-train") {
    return { ...preset("conv-vae", { batchSize: batch }), build: () => typedVae() };
  }
  const wide = work === "cvae-wide-train" ? [64, 128] : undefined;
  return preset("conv-vae", { batchSize: batch, filters: filters ?? wide });
}
