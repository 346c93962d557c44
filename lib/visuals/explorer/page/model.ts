/** What the page was given, unpacked: networks that encode and decode, codes, images. */
import type { ExplorerContents } from "../contents.ts";
import { createNetwork } from "./network.ts";
import { inflate, readBytes, readFloats, readLayers } from "./unpack.ts";

/** What an encoder says of one image; an autoencoder has no sigma. */
export interface Code {
  mean: Float32Array;
  sigma: Float32Array | null;
}

/** A trained model, and the images it has encoded. */
export type PageModel = Awaited<ReturnType<typeof openModel>>;

/** Unpacks the model that the page was given. */
export async function openModel(contents: ExplorerContents, base64: string) {
  const bytes = await inflate(base64);
  const { latentDim, imageShape, kind, treatment } = contents;
  const size = imageShape[0] * imageShape[1] * imageShape[2];
  const decoder = createNetwork(readLayers(bytes, contents.decoder), [latentDim]);
  const encoder = contents.encoder &&
    createNetwork(readLayers(bytes, contents.encoder), imageShape);
  const originals = contents.originals && readBytes(bytes, contents.originals);
  const codes = contents.codes ? readFloats(bytes, contents.codes) : new Float32Array(0);
  const count = codes.length / latentDim;
  /** Pixels in [0, 1] as the model knew them in training: for most, black and white only. */
  const treat = (pixels: Float32Array) =>
    treatment === "grey" ? pixels : pixels.map((value) => (value > 0.5 ? 1 : 0));

  return {
    treat,
    /** [n · latentDim] */
    codes,
    count,
    /** [n], places among the classes; 0 for all where there are none. */
    labels: contents.labels ? readBytes(bytes, contents.labels) : new Uint8Array(count),
    /** An image as the encoder sees it; null where no images came along. */
    originalOf(index: number): Float32Array | null {
      if (!originals) return null;
      const pixels = originals.subarray(index * size, (index + 1) * size);
      return treat(Float32Array.from(pixels, (value) => value / 255));
    },
    /** Pixel means in [0, 1] of a code. */
    decode(z: ArrayLike<number>): Float32Array {
      return decoder(Float32Array.from(z)).slice();
    },
    /** The code of pixels as the encoder sees them; null without an encoder. */
    encode(pixels: Float32Array): Code | null {
      if (!encoder) return null;
      const moments = encoder(pixels);
      const mean = moments.slice(0, latentDim);
      const sigma = kind === "vae"
        ? moments.slice(latentDim).map((logVar) => Math.exp(logVar / 2))
        : null;
      return { mean, sigma };
    },
  };
}
