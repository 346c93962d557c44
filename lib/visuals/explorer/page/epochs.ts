/** The decoders of a run's epochs: the last one's weights, and from it step by step back to the first. */
import type { Weights } from "../../../latent/layer_export.ts";
import type { EarlierEpoch, ExplorerContents, PackedSteps, PageLayer } from "../contents.ts";
import { readLayers } from "./unpack.ts";

/** Weights of an epoch, of those of the one after it. */
function stepBack(bytes: Uint8Array, after: Weights, packed: PackedSteps): Weights {
  const steps = new Int8Array(bytes.buffer, bytes.byteOffset + packed.at, packed.length);
  return { shape: after.shape, data: after.data.map((value, i) => value + packed.step * steps[i]) };
}

/** The decoder of an epoch, of that of the one after it. */
export function decoderBefore(
  bytes: Uint8Array,
  after: PageLayer[],
  { weights }: Pick<EarlierEpoch, "weights">,
): PageLayer[] {
  let at = 0;
  return after.map((layer): PageLayer => {
    if (!("kernel" in layer)) return layer;
    const packed = weights[at++];
    return {
      ...layer,
      kernel: stepBack(bytes, layer.kernel, packed.kernel),
      bias: layer.bias && packed.bias && stepBack(bytes, layer.bias, packed.bias),
    };
  });
}

/** One decoder for each of the contents' epochs, in their order; a model without epochs has one. */
export function readDecoders(
  bytes: Uint8Array,
  { decoder, earlier = [] }: Pick<ExplorerContents, "decoder" | "earlier">,
): PageLayer[][] {
  const decoders = [readLayers(bytes, decoder)];
  for (const epoch of earlier.toReversed()) {
    decoders.unshift(decoderBefore(bytes, decoders[0], epoch));
  }
  return decoders;
}
