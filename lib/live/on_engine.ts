/** A session on an engine, and how fast it trains there: what a trial between engines measures. */
import { useBackend } from "../compute/backend.ts";
import { type PageEngine, pageEngines } from "../compute/page_engines.ts";
import { take } from "../data/image_set.ts";
import { modelOf, type Origin } from "./origin.ts";
import { type Images, Session } from "./session.ts";

/** The first steps make shaders, or record what later ones play. */
const warmUpSteps = 4;
/** What is measured, in milliseconds, and in how long a turn steps are taken together. */
const measured = 300;
const turn = 40;

/** Begins a session on an engine, which stays in use. @throws OptionError as `modelOf` does */
export async function beginOn(
  engine: PageEngine,
  origin: Origin,
  images: Images,
): Promise<Session> {
  await useBackend({ engine, threads: 1 });
  const { model, training } = await modelOf(origin, images);
  return await Session.begin(model, training, images);
}

/** Images per second of a training that nobody sees. WebAssembly is in use afterwards. */
export async function rateOn(engine: PageEngine, origin: Origin, images: Images): Promise<number> {
  try {
    const session = await beginOn(engine, origin, { ...images, test: take(images.test, 1) });
    try {
      return await trainingRate(session);
    } finally {
      session.dispose();
    }
  } finally {
    await useBackend({ engine: pageEngines.cpu, threads: 1 });
  }
}

async function trainingRate(session: Session): Promise<number> {
  for (let i = 0; i < warmUpSteps; i++) await session.advance(1);
  const start = performance.now();
  let steps = 0, now = start;
  while (now - start < measured) {
    steps += (await session.advance(session.stepsIn(turn))).length;
    now = performance.now();
  }
  return 1000 * steps * session.training.batchSize / (now - start);
}
