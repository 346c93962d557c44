/** A log played again: the same settings, the same changes after the same steps. */
import type { LossTerms } from "../objective.ts";
import type { Change, Log } from "./contents.ts";
import type { Session } from "./session.ts";

/** The changes that a log has for the moment after `steps` steps, in their order. */
export function changesAt({ changes }: Log, steps: number): Omit<Change, "step">[] {
  return changes.filter(({ step }) => step === steps).map(({ step: _, ...changed }) => changed);
}

/** One step of a session that follows a log: its batch's loss, or null where all of the log's steps are taken. */
export async function follow(session: Session, log: Log): Promise<LossTerms | null> {
  // Changes after the last step belong to the log too, though no step has felt them.
  if (session.changes.length < log.changes.length) {
    for (const changed of changesAt(log, session.steps)) session.change(changed);
  }
  return session.steps < log.steps ? await session.advance() : null;
}
