/** The epochs of a run before its last one: each as steps back from the one after it. */
import { Matrix } from "ml-matrix";
import type { Codes } from "../../data/codes.ts";
import type { LayerSpec } from "../../latent/layer_export.ts";
import type { EarlierEpoch, PackedLayer, PackedSteps, PageLayer } from "./contents.ts";
import { packCodes, type Packer } from "./pack.ts";
import { decoderBefore } from "./page/epochs.ts";
import { createNetwork } from "./page/network.ts";
import { readLayers } from "./page/unpack.ts";
import { roundAlone, roundTogether, type Steps } from "./rounding.ts";

/** Codes by which rounding judges what counts. */
const judged = 256;

/** What an epoch's weights are, and what they make of the images. */
export interface EpochWeights {
  decoder: LayerSpec[];
  codes: Codes;
  logScale: readonly number[] | null;
}

/**
 * Packs the decoders and codes of earlier epochs. Each is rounded against what the page will have of the epoch
 * after it, so that errors do not add up on the way back.
 *
 * @param last the last epoch's decoder as it was packed
 */
export function packEarlier(
  packer: Packer,
  last: PackedLayer[],
  epochs: readonly EpochWeights[],
): EarlierEpoch[] {
  let after = readLayers(packer.bytesSoFar(), last);
  return epochs.toReversed().map(({ decoder, codes, logScale }): EarlierEpoch => {
    const weights = decoder.flatMap((layer, place) => {
      const next = after[place];
      if (!("kernel" in layer) || !("kernel" in next)) return [];
      const change = difference(layer.kernel.data, next.kernel.data);
      const kernel = layer.kind === "dense"
        ? roundTogether(change, ...seenBy(decoder, place, codes))
        : roundAlone(change);
      const bias = layer.bias && next.bias &&
        roundAlone(difference(layer.bias.data, next.bias.data));
      return [{ kernel: packSteps(packer, kernel), bias: bias && packSteps(packer, bias) }];
    });
    const earlier = { weights, logScale, ...packCodes(packer, codes, true) };
    after = decoderBefore(packer.bytesSoFar(), after, earlier);
    return earlier;
  }).reverse();
}

const difference = (a: Float32Array, b: Float32Array) => a.map((value, i) => value - b[i]);

function packSteps(packer: Packer, { step, steps }: Steps): PackedSteps {
  const { at, length } = packer.bytes(new Uint8Array(steps.buffer));
  return { at, length, format: "steps", step };
}

/** What a layer of a decoder sees of codes, [codes, inputs], and the rms of what it makes of it. */
function seenBy(layers: PageLayer[], place: number, codes: Codes): [Matrix, number] {
  const before = createNetwork(layers.slice(0, place), [codes.latentDim]);
  const layer = createNetwork([{ ...layers[place], activation: "linear" }], []);
  const stride = Math.max(1, codes.count / judged);
  const rows: Float32Array[] = [];
  let [sum, numbers] = [0, 0];
  for (let i = 0; i < codes.count; i += stride) {
    const seen = before(codes.row(Math.floor(i)).slice()).slice();
    const made = layer(seen);
    for (const value of made) sum += value * value;
    numbers += made.length;
    rows.push(seen);
  }
  return [new Matrix(rows.map((row) => [...row])), Math.sqrt(sum / numbers)];
}
