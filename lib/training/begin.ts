/** Where a run begins: at its seed, or at a checkpoint that is the same run. */
import { countDifferences, differences, type Identity } from "../models/identity.ts";
import type { Model } from "../models/model.ts";
import type { TrainingSettings } from "../models/training_settings.ts";
import { OptionError } from "../options.ts";
import { setWeights } from "../models/model_files.ts";
import { type Position, readCheckpoint, type SavedCheckpoint } from "./checkpoint.ts";
import { reached, type RunRecord } from "./records.ts";

/** How `train` was called, as far as it decides where to begin. */
export interface Wish {
  folder?: string;
  resume: boolean;
  fresh: boolean;
  /** Settings of training that the caller named; the others are defaults. */
  named: readonly string[];
}

export interface Beginning {
  identity: Identity;
  /** Null for a run that begins with its first epoch. */
  checkpoint: SavedCheckpoint | null;
  changes: RunRecord["changes"];
  /** Where it goes on, or why it does not; empty where there is nothing to say. */
  note: string;
}

/** What a resumed run may have otherwise than before: no image is trained twice or left out for it. */
const resumable = new Set(["epochs", "patience", "learningRate", "beta"]);

/**
 * Decides where to begin, and gives the model the weights of that place.
 *
 * @throws OptionError where the run cannot be resumed with what was asked for, or the folder is no run's
 */
export async function begin(model: Model, identity: Identity, wish: Wish): Promise<Beginning> {
  const { folder, resume, fresh } = wish;
  if (resume && fresh) {
    throw new OptionError("train: resume and fresh: expected one of them to be true, got both");
  }
  if (resume && !folder) {
    throw new OptionError("train: resume: expected a folder with a checkpoint, got no folder");
  }
  const anew = (note: string): Beginning => {
    model.initialize();
    return { identity, checkpoint: null, changes: [], note };
  };
  if (!folder || fresh) return anew("");
  let checkpoint: SavedCheckpoint | null;
  try {
    checkpoint = await readCheckpoint(folder);
  } catch (error) {
    // What cannot be read cannot be resumed; it is no reason not to train where nobody asked for it.
    if (resume) throw error;
    return anew(`begins anew, because ${(error as Error).message}`);
  }
  if (!checkpoint) return anew(resume ? "no checkpoint was there yet: begins anew" : "");
  const goOn = resume ? resumed(checkpoint, identity, wish) : continued(checkpoint, identity);
  if (!goOn) return anew("");
  setWeights(model, checkpoint.files, checkpoint.place);
  const { damage } = checkpoint;
  return damage ? { ...goOn, note: `${goOn.note}, one checkpoint back, because ${damage}` } : goOn;
}

const allDifferences = (run: Identity, identity: Identity) => [
  ...differences(run, identity),
  ...countDifferences(run.data, identity.data),
];

/** The same run, unfinished; null where it is another one or has nothing left to do. */
function continued(checkpoint: SavedCheckpoint, identity: Identity): Beginning | null {
  const { run, position } = checkpoint;
  if (run.changes.length > 0 || allDifferences(run, identity).length > 0) return null;
  const { epochs } = identity.training;
  if (reached(run, epochs) || position.epoch > epochs) return null;
  return { identity, checkpoint, changes: [], note: placeOf(position, run) };
}

function resumed(checkpoint: SavedCheckpoint, asked: Identity, { named, folder }: Wish): Beginning {
  const { run, position } = checkpoint;
  const changed = Object.fromEntries(
    named.map((key) => [key, asked.training[key as keyof TrainingSettings]]),
  );
  const identity = { ...asked, training: { ...run.training, ...changed } };
  const found = allDifferences(run, identity);
  const wrong = found.filter(({ field }) => !resumable.has(field));
  if (wrong.length > 0) {
    throw new OptionError(
      `train: resume: the run in "${folder}" has ${wrong.map(({ words }) => words).join(", ")}; ` +
        "a resumed run would mix the two. Train into another folder, or with `fresh: true`",
    );
  }
  const changes = found.map(({ field }) => ({
    epoch: position.epoch,
    change: `${field} ${run.training[field as keyof TrainingSettings]} → ${
      identity.training[field as keyof TrainingSettings]
    }`,
  }));
  return {
    identity,
    checkpoint,
    changes: [...run.changes, ...changes],
    note: placeOf(position, run),
  };
}

function placeOf({ epoch, epochSums }: Position, { data }: RunRecord): string {
  const share = Math.floor(100 * epochSums[2] / data.train.count);
  return share > 0 ? `goes on in epoch ${epoch} at ${share} %` : `goes on with epoch ${epoch}`;
}
