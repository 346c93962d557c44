/** One training step, number by number: what slow motion shows. */
import * as tf from "@tensorflow/tfjs";
import { reparameterize } from "../models/model.ts";
import { objectiveTerms } from "../objective.ts";
import { trainingBatch } from "../training/step.ts";
import type { StepNumbers } from "./contents.ts";
import type { Session } from "./session.ts";

/**
 * Takes a step, and says what went through it: of its batch's first image what the encoder and the decoder
 * made of it before the step, of the batch its loss, the gradient and how far the weights went.
 *
 * @throws NotFiniteError as `Session.advance` does
 */
export async function advanceInNumbers(session: Session): Promise<StepNumbers> {
  const { memory, training } = session;
  const planned = session.nextBatch();
  const image = numbersOfImage(session);
  const before = memory.weights.slice();
  const batch = await session.advance();
  const gradient = memory.gradients[0];
  return {
    ...image,
    step: planned.step,
    label: session.images.train.labels?.[planned.indices[0]] ?? null,
    batch,
    batchSize: planned.indices.length,
    training,
    gradients: gradientNorms(session),
    gradientNorm: norm(gradient),
    updateNorm: norm(before.map((value, i) => memory.weights[i] - value)),
  };
}

type ImageNumbers = Pick<
  StepNumbers,
  "x" | "reconstruction" | "mean" | "sigma" | "eps" | "z" | "image"
>;

function numbersOfImage(session: Session): ImageNumbers {
  const { model, images: { train }, training } = session;
  const planned = session.nextBatch();
  let found!: ImageNumbers;
  tf.tidy(() => {
    const { target, input, eps } = trainingBatch(model, training, train, planned, {
      from: 0,
      to: 1,
    });
    const { mean, logVar } = model.encode(input);
    const z = logVar ? reparameterize(mean, logVar, eps) : mean;
    const terms = objectiveTerms(model, input, target, eps, training.kl);
    const numbers = (tensor: tf.Tensor) => tensor.dataSync<"float32">().slice();
    const [reconstruction] = terms.reconstruction.dataSync();
    const kl = terms.kl?.dataSync()[0] ?? 0;
    found = {
      x: numbers(target),
      reconstruction: numbers(model.pixelMeans(z)),
      mean: [...numbers(mean)],
      sigma: logVar && [...numbers(logVar)].map((value) => Math.exp(value / 2)),
      eps: [...numbers(eps)],
      z: [...numbers(z)],
      image: { loss: reconstruction + kl, reconstruction, kl },
    };
  });
  return found;
}

/** Of each layer's tensors, in the order in which they lie in the gradient. */
function gradientNorms({ model, memory: { gradients: [gradient], weights } }: Session) {
  let offset = 0;
  return (["encoder", "decoder"] as const).flatMap((part) =>
    model[part].layers.flatMap((layer) =>
      layer.trainableWeights.map((weight) => {
        const size = weight.shape.reduce<number>((product, side) => product * (side ?? 1), 1);
        const [from, to] = [offset, offset += size];
        return {
          name: `${part}, ${layer.name}, ${weight.originalName.split("/").at(-1)}`,
          gradient: norm(gradient.subarray(from, to)),
          weights: norm(weights.subarray(from, to)),
        };
      })
    )
  );
}

/** The Euclidean length of a vector. */
function norm(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}
