/** Whether two networks make a model: what does not fit is said by its end, with what to write. */
import type * as tf from "@tensorflow/tfjs";
import { checkTrainable } from "../compute/layers/trainable_layers.ts";
import { OptionError } from "../options.ts";
import type { Networks } from "./networks/heads.ts";

/** What a model's networks say of it. */
export interface Fit {
  latentDim: number;
  /** [height, width, channels]. */
  inputShape: [number, number, number];
  /** Of a conditional model: how many numbers its networks' second input has. */
  classes?: number;
}

const sizes = (shape: readonly (number | null)[]) => shape.slice(1).map((n) => n ?? "?");
const times = (shape: readonly (number | null)[]) => sizes(shape).join("×");

/**
 * Reads latentDim, the image's shape and the number of classes off the networks.
 *
 * @param numbersPerValue of the likelihood: what the decoder gives for each pixel and channel
 * @param where the function that was called, named in messages
 * @throws OptionError naming the end that does not fit
 */
export function fitNetworks(
  { encoder, decoder }: Networks,
  { kind, numbersPerValue }: { kind: "vae" | "ae"; numbersPerValue: number },
  where: string,
): Fit {
  const wrong = (part: string, message: string) => new OptionError(`${where}: ${part}: ${message}`);
  for (const [part, network] of Object.entries({ encoder, decoder })) {
    checkTrainable(network, `${where}: ${part}`);
    requireUnfrozen(network, `${where}: ${part}`);
  }
  const classes = classesOf({ encoder, decoder }, kind, wrong);
  const image = encoder.inputs[0].shape;
  if (image.length !== 4 || image.slice(1).includes(null)) {
    throw wrong(
      "encoder",
      `expected an input of [height, width, channels], got [${sizes(image).join(", ")}]: ` +
        "write `inputShape: [28, 28, 1]` in its first layer",
    );
  }
  const latentDim = kind === "vae"
    ? latentsOfMoments(encoder, (message) => wrong("encoder", message))
    : latentsOfCode(encoder, (message) => wrong("encoder", message));
  const code = decoder.inputs[0].shape;
  if (code.length !== 2 || code[1] !== latentDim) {
    throw wrong(
      "decoder",
      `expected an input of ${latentDim} numbers, as the encoder gives ` +
        `${latentDim} latents, got [${sizes(code).join(", ")}]: write ` +
        `\`inputShape: [${latentDim}]\` in its first layer`,
    );
  }
  const drawn = decoder.outputs.map(({ shape }) => shape);
  const wanted = [...image.slice(0, 3), image[3]! * numbersPerValue];
  if (drawn.length !== 1 || times(drawn[0]) !== times(wanted)) {
    const each = numbersPerValue === 1 ? "one logit" : `${numbersPerValue} numbers`;
    throw wrong(
      "decoder",
      `its output is ${drawn.map(times).join(" and ")}, but the encoder reads ${times(image)}: ` +
        `expected ${times(wanted)} (${each} for each pixel and channel)`,
    );
  }
  requireLogits(decoder, (message) => wrong("decoder", message));
  const inputShape = image.slice(1) as [number, number, number];
  return { latentDim, inputShape, ...classes ? { classes } : {} };
}

/** Of networks that read [x, y] and [z, y]: how many numbers y has; null where they read x and z alone. */
function classesOf(
  { encoder, decoder }: Networks,
  kind: "vae" | "ae",
  wrong: (part: string, message: string) => Error,
): number | null {
  const [seen, wished] = [encoder, decoder].map(({ inputs }) => inputs[1]?.shape);
  if (!seen && !wished) return null;
  if (kind === "ae") throw wrong("encoder", "expected one input, the image, got 2");
  if (!seen) throw wrong("encoder", "expected two inputs, [x, y], as the decoder has, got 1");
  if (!wished) throw wrong("decoder", "expected two inputs, [z, y], as the encoder has, got 1");
  for (const [part, shape] of [["encoder", seen], ["decoder", wished]] as const) {
    if (shape.length === 2 && shape[1]! >= 2) continue;
    throw wrong(
      part,
      `expected a class as its second input, [classes], got [${sizes(shape).join(", ")}]`,
    );
  }
  if (seen[1] === wished[1]) return seen[1];
  throw wrong("decoder", `expected ${seen[1]} classes, as the encoder has, got ${wished[1]}`);
}

function latentsOfMoments(encoder: tf.LayersModel, wrong: (message: string) => Error): number {
  const shapes = encoder.outputs.map(({ shape }) => shape);
  const write = "end it in `dense({ units: 2 * latentDim })`, or in two outputs, mean and " +
    "log-variance, of latentDim each";
  if (shapes.length > 2 || shapes.some((shape) => shape.length !== 2)) {
    throw wrong(`its output is ${shapes.map(times).join(" and ")}: ${write}`);
  }
  const [first, second] = shapes.map((shape) => shape[1]!);
  if (second !== undefined) {
    if (first === second) return first;
    throw wrong(`its outputs have ${first} and ${second} numbers, expected as many: ${write}`);
  }
  if (first % 2 === 0) return first / 2;
  throw wrong(
    `its output has ${first} numbers, which cannot be split into mean and log-variance: ${write}`,
  );
}

function latentsOfCode(encoder: tf.LayersModel, wrong: (message: string) => Error): number {
  const shapes = encoder.outputs.map(({ shape }) => shape);
  if (shapes.length === 1 && shapes[0].length === 2) return shapes[0][1]!;
  throw wrong(
    `its output is ${shapes.map(times).join(" and ")}, expected one code: ` +
      "end it in `dense({ units: latentDim })`",
  );
}

/** Losses take logits: an activation at the end would be taken twice, silently. */
function requireLogits(decoder: tf.LayersModel, wrong: (message: string) => Error): void {
  let last = decoder.outputs[0].sourceLayer;
  while (["Reshape", "Flatten"].includes(last.getClassName())) {
    last = last.inboundNodes[0].inboundLayers[0] ?? last;
  }
  const activation = last.getConfig().activation;
  if (activation === undefined || activation === "linear") return;
  throw wrong(
    `it ends in ${activation} (layer "${last.name}"), expected logits: leave the activation out, ` +
      "the likelihood takes the sigmoid itself and `pixelMeans(z)` gives the picture",
  );
}

/** The weights of a frozen layer would stay behind where a worker builds the network again. */
function requireUnfrozen(network: tf.LayersModel, where: string): void {
  const frozen = network.layers.find((layer) => layer.weights.length > 0 && !layer.trainable);
  if (!frozen) return;
  throw new OptionError(
    `${where}: layer "${frozen.name}": expected a layer that trains, got trainable: false`,
  );
}
