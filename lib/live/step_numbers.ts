/** One training step, number by number: what slow motion shows. */
import * as tf from "@tensorflow/tfjs";
import { reparameterize } from "../models/model.ts";
import { objectiveTerms } from "../objective.ts";
import { batchGradient, type PlannedBatch, termWeights, trainingBatch } from "../training/step.ts";
import type { PageLikelihood, StepNumbers } from "./contents.ts";
import type { Session } from "./session.ts";

/**
 * Takes a step, and says what went through it: of its batch's first image what the encoder and the decoder
 * made of it before the step, of the batch its loss, the gradient and how far the weights went.
 *
 * @throws NotFiniteError as `Session.advance` does
 */
export async function advanceInNumbers(session: Session): Promise<StepNumbers> {
  const { training, images: { train } } = session;
  const planned = session.nextBatch();
  const image = await numbersOfImage(session, planned);
  const gradients = await gradientsOf(session, planned);
  const before = await session.weights();
  const [batch] = await session.advance(1);
  const after = await session.weights();
  return {
    ...image,
    likelihood: session.model.config.likelihood as PageLikelihood,
    step: planned.step,
    label: train.labels?.[planned.indices[0]] ?? null,
    batch,
    batchSize: planned.indices.length,
    training,
    gradients: gradientNorms(session, gradients, after),
    gradientNorm: norm(gradients.map(norm)),
    updateNorm: norm(before.map((value, i) => after[i] - value)),
  };
}

type ImageNumbers = Pick<
  StepNumbers,
  "x" | "reconstruction" | "mean" | "sigma" | "eps" | "z" | "image"
>;

async function numbersOfImage(session: Session, planned: PlannedBatch): Promise<ImageNumbers> {
  const { model, images: { train }, training } = session;
  const { x, made, mean, logVar, eps, z, ...terms } = await numbersOf(() => {
    const first = { from: 0, to: 1 };
    const { target, input, eps } = trainingBatch(model, training, train, planned, first);
    const { mean, logVar } = model.encode(input);
    const z = logVar ? reparameterize(mean, logVar, eps) : mean;
    const { reconstruction, kl } = objectiveTerms(model, input, target, eps, training.kl);
    return {
      x: target,
      made: model.pixelMeans(z),
      mean,
      eps,
      z,
      reconstruction,
      ...logVar && { logVar },
      ...kl && { kl },
    };
  });
  const [reconstruction] = terms.reconstruction, kl = terms.kl?.[0] ?? 0;
  return {
    x,
    reconstruction: made,
    mean: [...mean],
    sigma: logVar ? [...logVar].map((value) => Math.exp(value / 2)) : null,
    eps: [...eps],
    z: [...z],
    image: { loss: reconstruction + kl, reconstruction, kl },
  };
}

/** ∂L/∂θ of the batch that comes next, one for each variable. */
async function gradientsOf(session: Session, planned: PlannedBatch): Promise<Float32Array[]> {
  const { model, images: { train }, training } = session;
  const numbers = await numbersOf(() => {
    const batch = trainingBatch(model, training, train, planned);
    const { gradients } = batchGradient(model, training, batch, termWeights(planned));
    return Object.fromEntries(gradients.entries());
  });
  return model.variables().map((_, i) => numbers[i]);
}

/** What tensors by their names hold. They are made in a tidy, and disposed. */
async function numbersOf(
  compute: () => Record<string, tf.Tensor>,
): Promise<Record<string, Float32Array>> {
  const tensors = tf.tidy(compute);
  const numbers: Record<string, Float32Array> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    numbers[name] = (await tensor.data<"float32">()).slice();
  }
  tf.dispose(tensors);
  return numbers;
}

/** Of each layer's tensors, in the order of `Model.variables()`. */
function gradientNorms({ model }: Session, gradients: Float32Array[], weights: Float32Array) {
  let [number, offset] = [0, 0];
  return (["encoder", "decoder"] as const).flatMap((part) =>
    model[part].layers.flatMap((layer) =>
      layer.trainableWeights.map((weight) => {
        const gradient = gradients[number++];
        return {
          name: `${part}, ${layer.name}, ${weight.originalName.split("/").at(-1)}`,
          gradient: norm(gradient),
          weights: norm(weights.subarray(offset, offset += gradient.length)),
        };
      })
    )
  );
}

/** The Euclidean length of a vector. */
function norm(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}
