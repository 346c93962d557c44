/** Explains a run: what went well, what went wrong, why, and what to do. */
import { z } from "zod";
import { modelSchema } from "../models/presets.ts";
import { parseOptions } from "../options.ts";
import { type CurvePoint, measureOf, short } from "./curve.ts";
import { learningRateVerdict, overfittingVerdict, referenceVerdict } from "./curve_verdicts.ts";
import { codeVerdict, finiteVerdict, reductionVerdict } from "./term_verdicts.ts";
import { type RunEvidence, trainedPoints, type Verdict } from "./verdict.ts";

const arrayLike = z.custom<ArrayLike<number>>(
  (value) => Array.isArray(value) || ArrayBuffer.isView(value),
  "expected an array of numbers",
);

const diagnosisSchema = z.strictObject({
  config: modelSchema,
  history: z.custom<readonly CurvePoint[]>(Array.isArray, "expected an array of epoch records"),
  source: z.enum(["mnist", "synthetic"]).default("mnist"),
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

function tableOf({ config, history, klPerDimension, activeUnits }: RunEvidence): DiagnosisRow[] {
  const last = trainedPoints(history).at(-1);
  const { objective, treatment, latentDim, kind, inputShape } = config;
  const rows: DiagnosisRow[] = [];
  const add = (quantity: string, value: string, usual: string) =>
    rows.push({ quantity, value, usual });
  const pixels = inputShape.reduce((a, b) => a * b);
  if (last) {
    const unit = objective === "mse" ? "per pixel" : "nats per image";
    add(
      `test ${measureOf(objective)}, ${treatment}, epoch ${last.epoch}`,
      short(last.test.loss),
      unit,
    );
    if (last.train) {
      const gap = last.test.loss - last.train.loss;
      add("test minus training loss", short(gap), "near zero; growing where it overfits");
    }
  }
  if (last && kind === "vae") {
    add("reconstruction", short(last.test.reconstruction), `untrained ${short(pixels * Math.LN2)}`);
    add("KL", short(last.test.kl ?? NaN), usualKl(latentDim));
  }
  if (klPerDimension) {
    const sorted = Array.from(klPerDimension).sort((a, b) => b - a);
    const shown = sorted.slice(0, 5).map(short).join(", ") + (sorted.length > 5 ? ", …" : "");
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
