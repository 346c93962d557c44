/** What a pixel costs, in plain numbers: what `lib/likelihoods/` computes with tensors. */
import type { BoundContents } from "../contents.ts";

/** −log p of one value x, given the decoder's number for it, in nats. */
export type PixelLoss = (output: number, x: number, channel: number) => number;

const sigmoid = (l: number) => 1 / (1 + Math.exp(-l));
/** log(1 + exp(l)), right for any l. */
const softplus = (l: number) => Math.max(l, 0) + Math.log1p(Math.exp(-Math.abs(l)));
/** log((1 − exp(−|l|)) / |l|), 0 at 0. */
const logNormaliser = (l: number) =>
  l === 0 ? 0 : Math.log(-Math.expm1(-Math.abs(l)) / Math.abs(l));

const halfLog2Pi = Math.log(2 * Math.PI) / 2;
/** Half the width of a grey's interval. */
const half = 0.5 / 255;

/** The formulas of the files in `lib/likelihoods/`, value by value. */
export function pixelLossOf({ likelihood, logScale }: BoundContents): PixelLoss {
  const logScaleOf = (channel: number) => logScale![logScale!.length > 1 ? channel : 0];
  switch (likelihood) {
    case "bernoulli":
      return (l, x) => softplus(l) - l * x;
    case "continuous-bernoulli":
      return (l, x) => Math.max(l, 0) - l * x + logNormaliser(l);
    case "gaussian":
      return (l, x, channel) => {
        const log = logScaleOf(channel);
        return ((x - sigmoid(l)) / Math.exp(log)) ** 2 / 2 + log + halfLog2Pi;
      };
    case "discretized-logistic":
      return (l, x, channel) => {
        const scale = Math.exp(logScaleOf(channel)), away = x - sigmoid(l);
        const above = softplus(-(away + half) / scale), below = softplus((away - half) / scale);
        if (x < half) return above;
        if (x > 1 - half) return below;
        return above + below - Math.log(-Math.expm1(-2 * half / scale));
      };
  }
}
