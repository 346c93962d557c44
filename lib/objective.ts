/**
 * The objective for one batch, term by term: what training minimises and evaluation reports. For a VAE it
 * is −ELBO = reconstruction + KL (Kingma & Welling 2013, eq. 3).
 */
import { aModel, aTensor, oneOf, requireArguments } from "./kinds.ts";
import * as tf from "@tensorflow/tfjs";
import { analyticKl, monteCarloKl } from "./losses.ts";
import { type Model, reparameterize } from "./models/model.ts";
import type { TrainingSettings } from "./models/training_settings.ts";

/** The objective as numbers, means over images: what records and curves hold. */
export interface LossTerms {
  /** −ELBO in nats per image for a VAE (reconstruction + KL, whatever beta was); else the objective. */
  loss: number;
  /** In nats summed over pixels; for `mse` the mean squared error over pixels. */
  reconstruction: number;
  /** In nats summed over latents; 0 for an autoencoder. */
  kl: number;
}

/** The objective as tensors, one number per image, [batch] each; an autoencoder has no KL. */
export interface Terms {
  /** −log p(x|z) in nats, summed over pixels; for `mse` the mean squared error over pixels. */
  reconstruction: tf.Tensor1D;
  /** KL(q(z|x) ‖ p(z)) in nats, summed over latents: at one draw, or analytic. */
  kl: tf.Tensor1D | null;
}

/**
 * Encodes `input`, draws z with `eps`, decodes, and asks the likelihood of `target`.
 *
 * @param input [batch, height, width, channels], what the encoder sees
 * @param target the same shape, what the decoder is held to; differs where the input is noisy
 * @param eps draws from N(0, 1), [batch, latentDim]; unused by an autoencoder
 * @param kl a VAE's KL term: at the one code that is drawn, or in closed form
 * @param y of a conditional model: the images' classes, one-hot, [batch, classes]
 */
export function objectiveTerms(
  model: Model,
  input: tf.Tensor4D,
  target: tf.Tensor4D,
  eps: tf.Tensor2D,
  kl: TrainingSettings["kl"] = "monte-carlo",
  y: tf.Tensor2D | null = null,
): Terms {
  requireArguments("objectiveTerms", {
    model: [aModel, model],
    input: [aTensor, input],
    target: [aTensor, target],
    eps: [aTensor, eps],
    kl: [oneOf(["monte-carlo", "analytic"]), kl],
  });
  const { mean, logVar } = model.encode(input, y);
  const z = logVar ? reparameterize(mean, logVar, eps) : mean;
  const reconstruction = model.nll(z, target, y);
  if (!logVar) return { reconstruction, kl: null };
  const divergence = kl === "analytic" ? analyticKl(mean, logVar) : monteCarloKl(z, logVar, eps);
  return { reconstruction, kl: divergence };
}
