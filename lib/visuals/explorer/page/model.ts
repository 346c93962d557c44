/** What the page was given, unpacked: networks that encode and decode, codes, images. */
import type { ExplorerContents } from "../contents.ts";
import { readDecoders } from "./epochs.ts";
import { createNetwork, type Network } from "./network.ts";
import { inflate, readBytes, readFloats, readLayers } from "./unpack.ts";

/** What an encoder says of one image; an autoencoder has no sigma. */
export interface Code {
  mean: Float32Array;
  sigma: Float32Array | null;
}

/** A trained model, and the images it has encoded. */
export type PageModel = Awaited<ReturnType<typeof openModel>>;

/** What an epoch's training made of the weights. */
interface Weighed {
  decoder: Network;
  /** [n · latentDim] */
  codes: Float32Array;
  sigmas: Float32Array | null;
}

/**
 * Unpacks the model that the page was given. Of a run's epochs one is shown, the last at first: decoder
 * and codes are those of the epoch that `choose` was told last, and whoever draws asks again after it.
 */
export async function openModel(contents: ExplorerContents, base64: string) {
  const bytes = await inflate(base64);
  const { latentDim, imageShape, kind, treatment, epochs = [] } = contents;
  const size = imageShape[0] * imageShape[1] * imageShape[2];
  const decoders = readDecoders(bytes, contents);
  const pixelMeans = createNetwork(decoders[0].slice(-1), imageShape);
  const weighed = decoders.map((layers, place): Weighed => {
    const { codes, sigmas } = contents.earlier?.[place] ?? contents;
    return {
      decoder: createNetwork(layers.slice(0, -1), [latentDim]),
      codes: codes ? readFloats(bytes, codes) : new Float32Array(0),
      sigmas: sigmas ? readFloats(bytes, sigmas) : null,
    };
  });
  const last = weighed.length - 1;
  let place = last;
  const encoder = contents.encoder &&
    createNetwork(readLayers(bytes, contents.encoder), imageShape);
  const originals = contents.originals && readBytes(bytes, contents.originals);
  const count = weighed[last].codes.length / latentDim;
  /** Pixels in [0, 1] as the model knew them in training: for most, black and white only. */
  const treat = (pixels: Float32Array) =>
    treatment === "grey" ? pixels : pixels.map((value) => (value > 0.5 ? 1 : 0));
  const rowOf = (values: Float32Array, index: number) =>
    values.slice(index * latentDim, (index + 1) * latentDim);

  /** An image as the encoder sees it; null where no images came along. */
  function originalOf(index: number): Float32Array | null {
    if (!originals) return null;
    const pixels = originals.subarray(index * size, (index + 1) * size);
    return treat(Float32Array.from(pixels, (value) => value / 255));
  }
  /** The decoder's numbers for a code, as the likelihood reads them. */
  const outputs = (z: ArrayLike<number>) => weighed[place].decoder(Float32Array.from(z)).slice();
  /** The code of pixels as the encoder sees them; null without one, and the last epoch's is the only one. */
  function encode(pixels: Float32Array): Code | null {
    if (!encoder || place !== last) return null;
    const moments = encoder(pixels);
    const mean = moments.slice(0, latentDim);
    const sigma = kind === "vae"
      ? moments.slice(latentDim).map((logVar) => Math.exp(logVar / 2))
      : null;
    return { mean, sigma };
  }

  return {
    treat,
    count,
    /** [n], places among the classes; 0 for all where there are none. */
    labels: contents.labels ? readBytes(bytes, contents.labels) : new Uint8Array(count),
    originalOf,
    encode,
    /** The epochs that can be chosen; none where the weights are those of one. */
    epochs,
    /** Shows the epoch at a place among `epochs`, the last by default. */
    choose: (to = last) => place = to,
    /** The place of the epoch that is shown. */
    chosen: () => place,
    /** The codes of all images, [n · latentDim]. */
    codes: () => weighed[place].codes,
    /** What the encoder says of an image that came along. */
    codeOf(index: number): Code {
      const { codes, sigmas } = weighed[place], pixels = originalOf(index);
      const sigma = sigmas ? rowOf(sigmas, index) : pixels && encode(pixels)?.sigma;
      return { mean: rowOf(codes, index), sigma: sigma ?? null };
    },
    outputs,
    /** log of the likelihood's learned scale; null where it learns none. */
    logScale: () => (contents.earlier?.[place] ?? contents.bound)?.logScale ?? null,
    /** Pixel means in [0, 1] of the decoder's numbers, in their place. */
    pixelMeans,
    /** Pixel means in [0, 1] of a code. */
    decode: (z: ArrayLike<number>): Float32Array => pixelMeans(outputs(z)),
  };
}
