/** What a run leaves behind in numbers: one record per epoch, and `run.json` around them. */
import { anEpoch, oneOf, requireArguments } from "../kinds.ts";
import { z } from "zod";
import { treatments } from "../data/batches.ts";
import { fingerprintSchema } from "../data/fingerprint.ts";
import { bitsPerDim, unitOf } from "../likelihoods/units.ts";
import { type ModelConfig, modelSchema } from "../models/model_config.ts";
import { trainingSchema, type TrainingSettings } from "../models/training_settings.ts";
import type { LossTerms } from "../objective.ts";
import { markdownTable, withMarkdown } from "../rich.ts";

const terms: z.ZodType<LossTerms> = z.strictObject({
  loss: z.number(),
  reconstruction: z.number(),
  kl: z.number(),
});

/** One epoch's numbers, means over images. Epoch 0 is the untrained model, which has no `train`. */
export const epochRecordSchema = z.strictObject({
  epoch: z.int().min(0),
  train: terms.nullable(),
  test: terms,
  /** Seconds of training, without evaluation. */
  seconds: z.number(),
  evaluationSeconds: z.number(),
  imagesPerSecond: z.number(),
  learningRate: z.number(),
  treatment: z.enum(treatments),
  /** What the likelihood has learned beside the networks, where it learns something: `{ σ: [0.2] }`. */
  learned: z.record(z.string(), z.array(z.number())).optional(),
  /** tfjs tensors alive in the caller's thread: the same after every epoch. */
  tensors: z.int(),
});

export type EpochRecord = z.infer<typeof epochRecordSchema>;

/** `run.json`. */
export const runSchema = z.strictObject({
  model: modelSchema,
  /** The layers of both networks, one line each. */
  networks: z.strictObject({ encoder: z.array(z.string()), decoder: z.array(z.string()) }),
  /** Where training began: `seed`, or the hash of weights that were given. */
  start: z.string(),
  training: trainingSchema,
  /** The images it learnt from and was tested on. */
  data: z.strictObject({
    source: z.string(),
    train: fingerprintSchema,
    test: fingerprintSchema,
    /** Of a conditional model: a hash of the labels. */
    labels: z.string().optional(),
  }),
  /** What was changed when it was resumed, and before which epoch. */
  changes: z.array(z.strictObject({ epoch: z.int(), change: z.string() })),
  /** Engine and number of workers: the numbers are the same, to the bit, on the same two. */
  engine: z.string(),
  workers: z.int().min(1),
  parameters: z.int(),
  history: z.array(epochRecordSchema),
});

export type RunRecord = z.infer<typeof runSchema>;

/**
 * What a JSON file of a run holds.
 *
 * @throws Error naming the file and the first field that is not what it should be
 */
export function parseFile<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  file: string,
): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`Cannot read "${file}": it is no whole JSON file`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`Cannot read "${file}": ${issue.path.join(".")}: ${issue.message}`);
}

/**
 * The record, showing itself as a small table where it is the last line of a cell: with bits/dim where they have a
 * meaning, the unit of its numbers, and what the likelihood has learned.
 */
export function richRecord(record: EpochRecord, model: ModelConfig): EpochRecord {
  const row = (name: string, { loss, reconstruction, kl }: LossTerms) => {
    const bits = bitsPerDim(loss, model);
    return {
      [`epoch ${record.epoch}`]: name,
      loss: loss.toPrecision(5),
      ...bits === null ? {} : { "bits/dim": bits.toFixed(3) },
      reconstruction: reconstruction.toPrecision(5),
      KL: kl.toPrecision(4),
    };
  };
  const rows = [...record.train ? [row("train", record.train)] : [], row("test", record.test)];
  const learned = Object.entries(record.learned ?? {})
    .map(([name, values]) => `; ${name} ${values.map((value) => value.toFixed(4)).join(", ")}`);
  return withMarkdown(
    record,
    () => `${markdownTable(rows)}\n\n${unitOf(model)}${learned.join("")}`,
  );
}

/** The tutorial's line for one epoch. */
export function epochLine(record: EpochRecord, kind: "vae" | "ae"): string {
  requireArguments("epochLine", { record: [anEpoch, record], kind: [oneOf(["vae", "ae"]), kind] });
  const result = kind === "vae"
    ? `Test set ELBO: ${(-record.test.loss).toFixed(2)}`
    : `Test set loss: ${record.test.loss.toFixed(4)}`;
  return `Epoch: ${record.epoch}, ${result}, time elapse for current epoch: ${
    record.seconds.toFixed(1)
  } s`;
}

/** The epoch with the best (lowest) test loss. @throws RangeError where there is no record */
export function bestEpoch(history: readonly EpochRecord[]): EpochRecord {
  if (history.length === 0) throw new RangeError("bestEpoch: expected at least one record, got 0");
  return history.reduce((best, record) => record.test.loss < best.test.loss ? record : best);
}

/** How far a run is. */
export interface Progress {
  history: readonly EpochRecord[];
  training: Pick<TrainingSettings, "patience">;
}

/** Whether a run went through so many epochs, or ended early because its own `patience` was over. */
export function reached({ history, training }: Progress, epochs: number): boolean {
  const last = history.at(-1)?.epoch ?? -1;
  return last >= epochs || endedEarly({ history, training });
}

/** Whether `patience` epochs have passed without a better test loss. */
export function endedEarly({ history, training: { patience } }: Progress): boolean {
  if (patience === null || history.length === 0) return false;
  return history.at(-1)!.epoch - bestEpoch(history).epoch >= patience;
}
