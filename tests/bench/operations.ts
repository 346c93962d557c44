/** How many floating-point operations a work takes: those of its convolutions and dense layers. */
import type * as tf from "@tensorflow/tfjs";
import { recipeOf, type Work } from "./works.ts";

/** Multiplications of a network's layers for one image, forward, in order. */
function multiplications(network: tf.LayersModel): number[] {
  return network.layers.flatMap((layer) => {
    const kernel = layer.getWeights()[0]?.shape;
    if (!kernel) return [];
    const weights = kernel.reduce((a, b) => a * b);
    const shapes = layer.inboundNodes[0];
    const places = ([, ...shape]: (number | null)[]) =>
      shape.length === 3 ? shape[0]! * shape[1]! : 1;
    // A transposed convolution meets its kernel at each place that it reads, the others where they write.
    const met = layer.getClassName() === "Conv2DTranspose"
      ? shapes.inputShapes
      : shapes.outputShapes;
    return [weights * places(met[0] as (number | null)[])];
  });
}

/**
 * Floating-point operations for one image; a multiplication and its addition are two. Training takes each
 * product three times, forward and for the gradients of weights and inputs; the images need no gradient.
 * Activations, losses and the optimizer are left out: what remains is what sgemm does.
 */
export function operationsOf({ work, batch, images }: Pick<Work, "work" | "batch" | "images">) {
  const model = recipeOf({ work, batch, images }).build();
  const [encoder, decoder] = [model.encoder, model.decoder].map(multiplications);
  model.dispose();
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  const forward = 2 * sum([...encoder, ...decoder]);
  if (work === "cvae-manifold") return 2 * sum(decoder);
  if (work === "cvae-encode") return 2 * sum(encoder);
  return work === "cvae-eval" ? forward : 3 * forward - 2 * encoder[0];
}
