/** A log played again: the same settings, the same changes after the same steps. */
import type { LossTerms } from "../objective.ts";
import type { Change, Log } from "./contents.ts";
import type { Session } from "./session.ts";

/** The changes that a log has for the moment after `steps` steps, in their order. */
export function changesAt({ changes }: Log, steps: number): Omit<Change, "step">[] {
  return changes.filter(({ step }) => step === steps).map(({ step: _, ...changed }) => changed);
}

/** How many steps there are to the log's next change, or to its end. */
function stepsAhead({ changes, steps }: Log, done: number): number {
  return Math.min(...[...changes.map(({ step }) => step), steps].filter((step) => step > done)) -
    done;
}

/** At most `most` steps of a session that follows a log: its batches' losses; none where all of the log's are taken. */
export async function follow(session: Session, log: Log, most: number): Promise<LossTerms[]> {
  // Changes after the last step belong to the log too, though no step has felt them.
  if (session.changes.length < log.changes.length) {
    for (const changed of changesAt(log, session.steps)) session.change(changed);
  }
  if (session.steps >= log.steps) return [];
  return await session.advance(Math.min(most, stepsAhead(log, session.steps)));
}
