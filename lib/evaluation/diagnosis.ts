/** Explains a run: what went well, what went wrong, why, and what to do. */
import { z } from "zod";
import { bitsPerDim, unitOf, units } from "../likelihoods/units.ts";
import { modelSchema } from "../models/model_config.ts";
import { trainingSchema } from "../models/training_settings.ts";
import { parseOptions } from "../options.ts";
import { shortNumber } from "../numbers.ts";
import { type CurvePoint, measureOf } from "./curve.ts";
import { learningRateVerdict, overfittingVerdict, referenceVerdict } from "./curve_verdicts.ts";
import { codeVerdict, finiteVerdict, reductionVerdict } from "./term_verdicts.ts";
import { type RunEvidence, trainedPoints, type Verdict } from "./verdict.ts";

const arrayLike = z.custom<ArrayLike<number>>(
  (value) => Array.isArray(value) || ArrayBuffer.isView(value),
  "expected an array of numbers",
);

const diagnosisSchema = z.strictObject({
  /** What the run was: `run.json` has these four. */
  model: modelSchema,
  networks: z.strictObject({ encoder: z.array(z.string()), decoder: z.array(z.string()) }),
  start: z.string().default("seed"),
  training: trainingSchema,
  history: z.custom<readonly CurvePoint[]>(Array.isArray, "expected an array of epoch records"),
  source: z.string().default("mnist"),
  /** Training images per epoch. */
  trainCount: z.int().min(1).default(60_000),
  klPerDimension: arrayLike.nullable().default(null),
  activeUnits: z.int().min(0).nullable().default(null),
  /** Where training stopped on a number that is none. */
  error: z.strictObject({ term: z.string(), epoch: z.int(), batch: z.int() }).nullable()
    .default(null),
});
export type DiagnosisInput = z.input<typeof diagnosisSchema>;

/** One line of the small table. */
export interface DiagnosisRow {
  quantity: string;
  value: string;
  /** What is usual, or what the number is made of. */
  usual: string;
}

export interface Diagnosis {
  /** Problems first, then notices, then what is good. */
  verdicts: Verdict[];
  rows: DiagnosisRow[];
}

const order = { problem: 0, notice: 1, good: 2 };

/**
 * Judges a run by its history and its codes. Verdicts without evidence (no epoch trained, no codes)
 * are left out.
 *
 * @throws OptionError naming what cannot be used
 */
export function diagnose(input: DiagnosisInput): Diagnosis {
  const evidence: RunEvidence = parseOptions(diagnosisSchema, input, "diagnose");
  const verdicts = [
    untrainedVerdict(evidence),
    finiteVerdict(evidence),
    reductionVerdict(evidence),
    codeVerdict(evidence),
    learningRateVerdict(evidence),
    overfittingVerdict(evidence),
    referenceVerdict(evidence),
  ].filter((verdict) => verdict !== null);
  verdicts.sort((a, b) => order[a.level] - order[b.level]);
  return { verdicts, rows: tableOf(evidence) };
}

/** Where no epoch is finished, nothing else that is said is about a trained model. */
function untrainedVerdict({ history, error }: RunEvidence): Verdict | null {
  if (error || history.some(({ epoch }) => epoch > 0)) return null;
  return {
    level: "notice",
    name: "Training",
    what: "No epoch is finished yet: these are an untrained model's numbers.",
    why: "",
    whatToDo: "Let training go on for an epoch at least, then look again.",
  };
}

function tableOf({ model, history, klPerDimension, activeUnits }: RunEvidence): DiagnosisRow[] {
  const last = trainedPoints(history).at(-1);
  const { likelihood, latentDim, kind, inputShape } = model;
  const each = units[likelihood].untrained;
  const rows: DiagnosisRow[] = [];
  const add = (quantity: string, value: string, usual: string) =>
    rows.push({ quantity, value, usual });
  const pixels = inputShape.reduce((a, b) => a * b);
  if (last) {
    add(
      `test ${measureOf(model)}, epoch ${last.epoch}`,
      shortNumber(last.test.loss),
      unitOf(model),
    );
    const bits = kind === "vae" ? bitsPerDim(last.test.loss, model) : null;
    if (bits !== null) add("the same in bits/dim", bits.toFixed(3), "8 for any grey as likely");
    if (last.train) {
      const gap = last.test.loss - last.train.loss;
      add("test minus training loss", shortNumber(gap), "near zero; growing where it overfits");
    }
  }
  if (last && kind === "vae") {
    add(
      "reconstruction",
      shortNumber(last.test.reconstruction),
      each === null ? "" : `untrained ${shortNumber(pixels * each)}`,
    );
    add("KL", shortNumber(last.test.kl), usualKl(latentDim));
  }
  if (klPerDimension) {
    const sorted = Array.from(klPerDimension).sort((a, b) => b - a);
    const shown = sorted.slice(0, 5).map(shortNumber).join(", ") + (sorted.length > 5 ? ", …" : "");
    add("KL per dimension, largest first", shown, "about 0 where a dimension is not used");
  }
  if (activeUnits !== null) {
    add("active units", `${activeUnits} of ${latentDim}`, "Var(E[z|x]) > 0.01");
  }
  return rows;
}

/** Of MNIST with beta 1; below 1 the code has collapsed. */
function usualKl(latentDim: number): string {
  if (latentDim === 2) return "5 to 7.3 with 2 latents; below 1 collapsed";
  if (latentDim === 20) return "16 to 24 with 20 latents; below 1 collapsed";
  return "below 1 collapsed";
}
