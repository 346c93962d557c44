/** How fast a session trains: what a trial between engines measures. */
import type { Session } from "./session.ts";

/** The first steps make shaders, or record what later ones play. */
const warmUpSteps = 4;
/** What is measured, in milliseconds, and in how long a turn steps are taken together. */
const measured = 300;
const turn = 40;

/** Images per second of the steps that the session takes next. */
export async function trainingRate(session: Session): Promise<number> {
  for (let i = 0; i < warmUpSteps; i++) await session.advance(1);
  const start = performance.now();
  let steps = 0, now = start;
  while (now - start < measured) {
    steps += (await session.advance(session.stepsIn(turn))).length;
    now = performance.now();
  }
  return 1000 * steps * session.training.batchSize / (now - start);
}
