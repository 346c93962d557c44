/** Verdicts on how the loss went: step size, overfitting, and the reference at the same epoch. */
import { differencesApartFromData, identityApartFromData } from "../models/identity.ts";
import { unitOf } from "../likelihoods/units.ts";
import { preset, type PresetName, presetNames } from "../models/presets.ts";
import { formatNumber, shortNumber } from "../numbers.ts";
import { type CurvePoint, measureOf } from "./curve.ts";
import { referenceCurves, referenceOf } from "./reference_curves.ts";
import { finitePoints, good, type RunEvidence, trainedPoints, type Verdict } from "./verdict.ts";

/** Too high a learning rate makes the loss jump or explode, too low a one hardly moves it. */
export function learningRateVerdict({ training, history }: RunEvidence): Verdict | null {
  const name = "Learning rate", rate = training.learningRate;
  const trained = trainedPoints(history);
  if (trained.length === 0) return null;
  const before = finitePoints(history).find(({ epoch }) => epoch === 0)?.test.loss;
  const first = before ?? trained[0].test.loss, last = trained.at(-1)!.test.loss;
  const { rises, steps, largest } = jumps(trained);
  const exploded = before !== undefined && last > before;
  if (exploded || (rises >= 2 && rises >= steps / 3)) {
    return {
      level: "problem",
      name,
      what: exploded
        ? `The loss went up, from ${shortNumber(first)} untrained to ${shortNumber(last)}.`
        : `The loss rose at ${rises} of ${steps} epochs, once by ${shortNumber(largest)}.`,
      why: `With a learning rate of ${rate} the steps are too large and leap over the valley.`,
      whatToDo: `Lower learningRate, to ${rough(rate / 3)} or less.`,
    };
  }
  if (before !== undefined && last > 0.9 * before) {
    return {
      level: "problem",
      name,
      what: `The loss hardly moved, from ${shortNumber(before)} untrained to ${shortNumber(last)}.`,
      why:
        `With a learning rate of ${rate} the steps are too small, or there were too few of them.`,
      whatToDo: `Raise learningRate, to ${rough(rate * 3)} or more, or train on more images.`,
    };
  }
  // A density's loss may be below zero.
  const slope = trained.length < 2 ? 0 : (trained.at(-2)!.test.loss - last) / Math.abs(last);
  if (slope > 0.01) {
    return {
      level: "notice",
      name,
      what: `The last epoch still lowered the loss by ${shortNumber(100 * slope)} %.`,
      why: "Training ended before the curve became flat.",
      whatToDo: "Train for more epochs, or with a higher learning rate.",
    };
  }
  return good(
    name,
    `The loss went from ${shortNumber(first)} to ${shortNumber(last)} without jumps.`,
  );
}

/** `2.5e-5` rather than 0.0000250001. */
const rough = (value: number) => String(Number(value.toPrecision(1)));

/** Rises by over half a percent; of the training loss where known, since overfitting raises the test's. */
function jumps(trained: CurvePoint[]): { rises: number; steps: number; largest: number } {
  const losses = trained.every(({ train }) => train)
    ? trained.map(({ train }) => train!.loss)
    : trained.map(({ test }) => test.loss);
  const changes = losses.slice(1).map((loss, i) => loss - losses[i]);
  const rises = changes.filter((change, i) => change > 0.005 * Math.abs(losses[i]));
  return { rises: rises.length, steps: changes.length, largest: Math.max(0, ...rises) };
}

/** The test loss turns up while the training loss falls, or the gap between them grows. */
export function overfittingVerdict({ history }: RunEvidence): Verdict | null {
  const name = "Overfitting";
  const points = trainedPoints(history).filter(({ train }) => train);
  if (points.length < 3) return null;
  const last = points.at(-1)!;
  const best = points.reduce((a, b) => (b.test.loss < a.test.loss ? b : a));
  const rise = (last.test.loss - best.test.loss) / Math.abs(best.test.loss);
  const fits = last.train!.loss < best.train!.loss;
  if (fits && last.epoch > best.epoch && rise > 0.01) {
    return {
      level: "problem",
      name,
      what: `The test loss was best at epoch ${best.epoch} (${
        shortNumber(best.test.loss)
      }) and is ${
        shortNumber(last.test.loss)
      } at epoch ${last.epoch}, while the training loss fell to ${shortNumber(last.train!.loss)}.`,
      why: "The model learns its training images by heart.",
      whatToDo:
        "Stop earlier (patience, keepBest), use more images, or a smaller model or latentDim.",
    };
  }
  const gapOf = ({ train, test }: CurvePoint) => (test.loss - train!.loss) / Math.abs(test.loss);
  const gap = gapOf(last), middle = gapOf(points[Math.floor((points.length - 1) / 2)]);
  if (gap > 0.05 && gap > 1.25 * middle) {
    return {
      level: "notice",
      name,
      what: `The test loss is ${
        shortNumber(100 * gap)
      } % above the training loss, and the gap grows.`,
      why: "What the model still learns holds for its training images more than for others.",
      whatToDo: "Watch the test loss: where it turns up, stop.",
    };
  }
  return good(
    name,
    `Test ${shortNumber(last.test.loss)}, training ${
      shortNumber(last.train!.loss)
    }: the gap does not grow.`,
  );
}

/** Fields that may differ from the preset's without making the numbers something else. */
const harmless = new Set(["seed", "patience", "keepBest"]);

/** The latest epoch that the preset's reference curve and this run share; or why there is none. */
export function referenceVerdict(evidence: RunEvidence): Verdict | null {
  const { model, history } = evidence;
  const name = "Reference", measure = measureOf(model);
  const trained = trainedPoints(history);
  if (trained.length === 0) return null;
  const reason = notComparable(evidence);
  const curve = referenceOf(model.name, evidence.source);
  const shared = curve?.points.findLast(([epoch]) => trained.some((p) => p.epoch === epoch));
  if (reason || !curve || !shared) {
    return {
      level: "notice",
      name,
      what: `Nothing to compare with: ${reason ?? `no reference was measured at these epochs`}.`,
      why:
        "Numbers compare only within one model, data treatment, likelihood and amount of training.",
      whatToDo: "",
    };
  }
  const [epoch, wanted] = shared;
  const got = trained.find((point) => point.epoch === epoch)!.test.loss;
  // Seeds differ more in the first epochs.
  const tolerance = wanted * (measure === "MSE" ? 0.05 : epoch < 5 ? 0.03 : 0.01);
  const difference = got - wanted;
  const comparison = `Epoch ${epoch}, ${unitOf(model)}: ${measure} ${shortNumber(got)} against ${
    shortNumber(wanted)
  } (${curve.source})`;
  if (Math.abs(difference) <= tolerance) {
    return good(name, `${comparison}: the same but for noise.`);
  }
  const better = difference < 0;
  return {
    level: !better && difference > 5 * tolerance ? "problem" : "notice",
    name,
    what: `${comparison}: ${shortNumber(Math.abs(difference))} ${better ? "better" : "worse"}.`,
    why: better
      ? "That is more than seeds differ; a number may also be too good because a term is left out."
      : "That is more than seeds differ.",
    whatToDo: better
      ? "Check the reduction and that test images were not trained on."
      : "See the other verdicts; with none, run another seed.",
  };
}

function notComparable(evidence: RunEvidence): string | null {
  const { model, source, trainCount } = evidence;
  if (!presetNames.includes(model.name as PresetName)) {
    return `"${model.name}" is a model of your own`;
  }
  const curve = referenceOf(model.name, source);
  if (!curve) {
    const known = referenceCurves.filter(({ preset }) => preset === model.name)
      .map(({ images }) => `"${images}"`);
    const images = source === "synthetic" ? source : `"${source}"`;
    return known.length === 0
      ? `nobody has measured a reference for ${model.name}`
      : `the images are ${images}, the references are of ${known.join(" and ")}`;
  }
  const tutorial = preset(model.name as PresetName);
  const original = tutorial.build();
  const wanted = identityApartFromData(original, tutorial.training);
  original.dispose();
  const changed = differencesApartFromData(evidence, wanted)
    .filter(({ field }) => !harmless.has(field))
    .map(({ words }) => words.replace("asked for:", "the reference:"));
  if (changed.length > 0) return `this run has ${changed.join(", ")}`;
  if (trainCount < curve.trainCount) {
    const [some, all] = [trainCount, curve.trainCount].map((count) => formatNumber(count));
    return `it was trained on ${some} of ${all} images`;
  }
  return null;
}
