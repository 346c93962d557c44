/** Numbers and settings as a reader of the page reads them. */
import type { Treatment } from "../../data/batches.ts";
import type { DigitsContents, LiveSettings } from "../contents.ts";

const minus = (text: string) => text.replace("-", "−");

/** Thousands apart: `6,312`. */
export const whole = (value: number): string => minus(Math.round(value).toLocaleString("en-US"));

/** As many digits as a loss deserves: `156.93`, `5.31`, `0.042`. */
export function nats(value: number): string {
  const size = Math.abs(value);
  return minus(value.toFixed(size >= 1 || size === 0 ? 2 : size >= 0.001 ? 4 : 6));
}

/** A rate or a norm: three digits. */
export function short(value: number): string {
  const text = value !== 0 && Math.abs(value) < 1e-3
    ? value.toExponential(1)
    : String(Number(value.toPrecision(3)));
  return minus(text);
}

/** A vector: `(0.12, −1.40)`; the first so many numbers. */
export function vector(values: readonly number[], most = 10): string {
  const shown = values.slice(0, most).map((value) => minus(value.toFixed(2)));
  return `(${shown.join(", ")}${values.length > most ? ", …" : ""})`;
}

/** The networks to choose from, and their layers. */
export const networkWords: Record<LiveSettings["network"], string> = {
  "dense-64": "Dense, 64 units",
  "dense-256": "Dense, 256 units",
  "dense-512": "Dense, 512 and 256 units",
  "conv-8": "Convolutional, 8 and 16 filters",
  "conv-16": "Convolutional, 16 and 32 filters",
  "conv-32": "Convolutional, 32 and 64 filters",
};

/** What is trained, on one line. */
export function settingsWords(
  { network, kind, latentDim, beta, learningRate, seed }: LiveSettings,
): string {
  return `${kind === "vae" ? "VAE" : "autoencoder"}, ${
    networkWords[network]
  }, ${latentDim} latent ` +
    `dimension${
      latentDim === 1 ? "" : "s"
    }, β ${beta}, learning rate ${learningRate}, seed ${seed}`;
}

/** How a model takes the bytes of a pixel. */
const pixelWords: Record<Treatment, string> = {
  threshold: "each pixel black or white",
  dynamic: "each pixel black or white, by a coin that its grey weighs",
  grey: "in their greys",
};

/** What the images are. */
export function digitsWords({ source, train, test }: DigitsContents, treatment: Treatment): string {
  const what = source === "mnist"
    ? "MNIST’s"
    : source === "synthetic"
    ? "synthetic digits’ (drawn by a program, as MNIST was not at hand)"
    : `the images’ of “${source}”`;
  return `Trained on ${what} first ${whole(train.count)} training images, ${
    pixelWords[treatment]
  }; ` +
    `judged and pictured by the first ${
      whole(test.count)
    } test images, which it never learns from.`;
}
