/** Verdicts on the terms themselves: are they numbers, of the right scale, and is the code in use? */
import { units } from "../likelihoods/units.ts";
import { shortNumber } from "../numbers.ts";
import { meanImage } from "./reference_curves.ts";
import { finitePoints, good, type RunEvidence, trainedPoints, type Verdict } from "./verdict.ts";

const remedies: Record<string, string> = {
  KL: "exp(log σ²) overflowed: lower the learning rate and go on from the last good weights.",
  reconstruction:
    "Check that pixels lie in [0, 1] and that the loss gets logits, not probabilities; else lower the learning rate.",
};

/** NaN and infinity, with the term and the batch where training stopped on one. */
export function finiteVerdict({ history, error }: RunEvidence): Verdict {
  const name = "Numbers";
  const bad = history.find((point) => finitePoints([point]).length === 0);
  if (!error && !bad) return good(name, "Every term of every epoch is a finite number.");
  const term = error?.term ?? brokenTerm(bad!);
  const place = error ? `epoch ${error.epoch}, batch ${error.batch}` : `epoch ${bad!.epoch}`;
  return {
    level: "problem",
    name,
    what: `The ${term} became NaN or infinite in ${place}.`,
    why: "One step was too large, or an input was no number; every later step would keep it.",
    whatToDo: remedies[term] ?? "Lower the learning rate and go on from the last good weights.",
  };
}

function brokenTerm({ train, test }: RunEvidence["history"][number]): string {
  const broken = (value: number | undefined) => value !== undefined && !Number.isFinite(value);
  if (broken(test.kl) || broken(train?.kl)) return "KL";
  if (broken(test.reconstruction) || broken(train?.reconstruction)) return "reconstruction";
  return "loss";
}

/**
 * Whether sums and means are taken over the right axes, from the scale of the terms: an untrained
 * decoder says ½ for every pixel, so that the Bernoulli term starts at pixels · ln 2, 543.4 for
 * 784, and the squared error near 0.23 on MNIST and never above 1. Other likelihoods have no such number.
 */
export function reductionVerdict(evidence: RunEvidence): Verdict | null {
  const points = finitePoints(evidence.history);
  if (points.length === 0) return null;
  const { likelihood, inputShape: [height, width, channels] } = evidence.model;
  const pixels = height * width * channels;
  return units[likelihood].unit === "per pixel"
    ? meanErrorScale(evidence, points[0].test.reconstruction, pixels)
    : nllScale(evidence, pixels) ?? klScale(evidence) ??
      good(
        "Reduction",
        "The terms have the scale of sums over pixels and latents, mean over images.",
      );
}

function wrongScale(what: string, why: string, whatToDo: string): Verdict {
  return { level: "problem", name: "Reduction", what, why, whatToDo };
}

const sumThenMean =
  "Sum over pixels and latents, then take the mean over the batch: `terms.sum([1, 2, 3]).mean()`.";

function nllScale(
  { model, training, history, source }: RunEvidence,
  pixels: number,
): Verdict | null {
  const points = finitePoints(history);
  const each = units[model.likelihood].untrained;
  if (each === null) return null;
  const untrained = pixels * each;
  const [{ epoch, test: { reconstruction: first } }] = points;
  const last = points.at(-1)!.test.reconstruction;
  if (first < untrained / 50) {
    return wrongScale(
      `The reconstruction term is ${
        shortNumber(first)
      } at epoch ${epoch}; ${pixels} pixels start at ${shortNumber(untrained)} nats.`,
      "It looks like a mean over pixels: the KL, a sum over latents, then outweighs it and the code collapses.",
      sumThenMean,
    );
  }
  if (first > 5 * untrained) {
    return wrongScale(
      `The reconstruction term is ${shortNumber(first)} at epoch ${epoch}, ${
        shortNumber(first / untrained)
      } times the ${shortNumber(untrained)} nats of an untrained image.`,
      `It looks like a sum over the batch (of ${training.batchSize}): the step size then depends on the batch size.`,
      sumThenMean,
    );
  }
  if (pixels === 784 && source === "mnist" && model.latentDim <= 2 && last < 80) {
    return wrongScale(
      `A reconstruction of ${
        shortNumber(last)
      } nats is not possible with ${model.latentDim} latents.`,
      "The best such models of MNIST stay above 100; a part of the pixels is not counted, or the term is scaled.",
      sumThenMean,
    );
  }
  return null;
}

function klScale({ model, history, klPerDimension }: RunEvidence): Verdict | null {
  const kl = finitePoints(history).at(-1)?.test.kl;
  if (!klPerDimension || kl === undefined || model.latentDim < 2) return null;
  const sum = Array.from(klPerDimension).reduce((total, value) => total + value, 0);
  const ratio = sum / kl;
  if (sum < 1 || Math.abs(ratio / model.latentDim - 1) > 0.2) return null;
  return wrongScale(
    `The history's KL is ${shortNumber(kl)}, but the ${model.latentDim} dimensions together have ${
      shortNumber(sum)
    } nats.`,
    "It looks like a mean over latents: the KL then counts too little, as if beta were below 1.",
    sumThenMean,
  );
}

function meanErrorScale({ history }: RunEvidence, first: number, pixels: number): Verdict {
  const { epoch } = finitePoints(history)[0];
  if (first > 1) {
    return wrongScale(
      `The mean squared error is ${
        shortNumber(first)
      } at epoch ${epoch}; of pixels in [0, 1] it cannot exceed 1.`,
      `It looks like a sum over the ${pixels} pixels or over the batch.`,
      "Take the mean over pixels and over the batch, and check that pixels lie in [0, 1].",
    );
  }
  if (epoch === 0 && first < 0.01) {
    return wrongScale(
      `The mean squared error of the untrained model is ${
        shortNumber(first)
      }; 0.23 is usual for MNIST.`,
      "It looks as if the mean over pixels were taken twice, or pixels were divided by 255 twice.",
      "Take the mean over pixels once, and look at the range of the pixels.",
    );
  }
  return good("Reduction", "The error has the scale of a mean over pixels and images.");
}

/** Whether the code carries information: the KL and the active units; for an autoencoder its codes. */
export function codeVerdict(evidence: RunEvidence): Verdict | null {
  const last = trainedPoints(evidence.history).at(-1);
  if (!last) return null;
  return evidence.model.kind === "ae" ? plainCode(evidence, last.test.loss) : latentCode(
    evidence,
    last.test.kl,
  );
}

function latentCode(
  { model: { latentDim }, training: { beta }, activeUnits: active }: RunEvidence,
  kl: number,
): Verdict {
  const name = "Latent code";
  if (kl < 1 || active === 0) {
    return {
      level: "problem",
      name,
      what: `Posterior collapse: the KL is ${shortNumber(kl)} nats${
        active === null ? "" : `, ${active} of ${latentDim} dimensions are active`
      }.`,
      why: "q(z|x) is the prior whatever x is, so the decoder learns nothing from z.",
      whatToDo: beta > 1
        ? `Lower beta (now ${beta}) or let it grow over some epochs with klWarmupEpochs.`
        : "Set klWarmupEpochs to a few epochs, train longer, and check the reduction of the reconstruction term.",
    };
  }
  if (active !== null && active < latentDim) {
    return {
      level: "notice",
      name,
      what: `${active} of ${latentDim} dimensions are active; the KL is ${
        shortNumber(kl)
      } nats in all.`,
      why:
        "The others stay at the prior, where they cost nothing: this is how a VAE leaves out what it cannot use.",
      whatToDo: `Nothing is broken; a latentDim of about ${active} would do as well.`,
    };
  }
  return good(
    name,
    `The KL is ${shortNumber(kl)} nats` +
      (active === null ? "." : `; ${active} of ${latentDim} dimensions are active.`),
  );
}

function plainCode({ model, source, activeUnits: active }: RunEvidence, loss: number): Verdict {
  const name = "Latent code", { latentDim, likelihood, treatment, inputShape } = model;
  const comparable = source === "mnist" && likelihood === "mse" && treatment === "grey" &&
    inputShape.join() === "28,28,1";
  if (active === 0 || (comparable && loss > 0.97 * meanImage.mse)) {
    return {
      level: "problem",
      name,
      what: active === 0
        ? "The codes are the same for all images."
        : `The error of ${
          shortNumber(loss)
        } is that of drawing the mean image each time (${meanImage.mse}).`,
      why:
        "The decoder ignores its code, often because all units of a relu layer died in the first steps.",
      whatToDo: "Lower the learning rate or change the seed, and train again.",
    };
  }
  if (active !== null && active < latentDim) {
    return {
      level: "notice",
      name,
      what: `${active} of ${latentDim} dimensions of the code vary with the image.`,
      why: "The others hold a constant and carry nothing.",
      whatToDo: "Train longer, or lower latentDim.",
    };
  }
  return good(
    name,
    active === null
      ? "The error is below that of a constant picture."
      : `All ${latentDim} dimensions of the code vary with the image.`,
  );
}
