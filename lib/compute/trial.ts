/** A trial of about a second between engines, on a step like those of training, and what earlier trials found. */
import { cpus } from "node:os";
import { z } from "zod";
import * as tf from "@tensorflow/tfjs";
import { writeAtomically } from "../files.ts";
import { dataFolder } from "../project.ts";
import { type EngineName, engines } from "./engines.ts";

const timingsSchema = z.record(z.string(), z.record(z.string(), z.number()));
type Timings = z.infer<typeof timingsSchema>;
const timingsFile = `${dataFolder}/engine.json`;

/** What has to stay the same for an old trial to count. */
async function timingsKey(names: readonly EngineName[], threads: number): Promise<string> {
  const devices = await Promise.all(
    names.map(async (name) => (await engines[name].find(false)).device),
  );
  const versions = `Deno ${Deno.version.deno}, tfjs ${tf.version.tfjs}`;
  return [...names, ...devices, `${threads} of ${cpus().length} threads`, versions].join(" | ");
}

/** A missing or unreadable file holds none: the trial only costs a second. */
export async function readTimings(file: string): Promise<Timings> {
  try {
    return timingsSchema.parse(JSON.parse(await Deno.readTextFile(file)));
  } catch {
    return {};
  }
}

async function writeTimings(file: string, timings: Timings): Promise<void> {
  try {
    await writeAtomically(file, JSON.stringify(timings, null, 2));
  } catch {
    // A read-only project computes all the same.
  }
}

/**
 * Images per second of each engine, from an earlier trial where that may be used.
 *
 * @param measure times one engine on batches of `batch` images; it is current afterwards no more than before
 */
export async function rememberedTrial(
  names: readonly EngineName[],
  threads: number,
  remember: boolean,
  { file = timingsFile, measure = timeEngine, key = timingsKey, batch = 32 } = {},
): Promise<{ imagesPerSecond: Record<string, number>; remembered: boolean }> {
  const row = await key(names, threads);
  const timings = remember ? await readTimings(file) : {};
  if (timings[row]) return { imagesPerSecond: timings[row], remembered: true };
  const imagesPerSecond: Record<string, number> = {};
  for (const name of names) {
    imagesPerSecond[name] = await measure(name, threads, batch);
  }
  if (remember) await writeTimings(file, { ...timings, [row]: imagesPerSecond });
  return { imagesPerSecond, remembered: false };
}

async function timeEngine(name: EngineName, threads: number, batch: number): Promise<number> {
  const before = tf.getBackend();
  try {
    // A CPU engine that is timed runs already; the GPU stands beside it.
    if (engines[name].kind === "gpu") await engines[name].start(threads);
    const speed = await timeSteps(400, batch);
    // Kernels of one thread: training runs one of them in each of as many workers.
    return engines[name].threads === "workers" ? speed * threads : speed;
  } finally {
    await tf.setBackend(before);
  }
}

/** Images per second of a small convolutional autoencoder's training step on the current backend. */
export async function timeSteps(milliseconds: number, batch = 32): Promise<number> {
  const filters = [
    tf.truncatedNormal([3, 3, 1, 32], 0, 0.1),
    tf.truncatedNormal([3, 3, 32, 64], 0, 0.1),
    tf.truncatedNormal([3, 3, 32, 64], 0, 0.1),
    tf.truncatedNormal([3, 3, 1, 32], 0, 0.1),
  ] as tf.Tensor4D[];
  const x = tf.randomUniform([batch, 28, 28, 1]) as tf.Tensor4D;
  const loss = (...[a, b, c, d]: tf.Tensor[]) => {
    const code = tf.relu(
      tf.conv2d(tf.relu(tf.conv2d(x, a as tf.Tensor4D, 2, "same")), b as tf.Tensor4D, 2, "same"),
    );
    const wide = tf.relu(
      tf.conv2dTranspose(code as tf.Tensor4D, c as tf.Tensor4D, [batch, 14, 14, 32], 2, "same"),
    );
    const y = tf.conv2dTranspose(
      wide as tf.Tensor4D,
      d as tf.Tensor4D,
      [batch, 28, 28, 1],
      2,
      "same",
    );
    return tf.mean(tf.square(tf.sub(y, x)));
  };
  const step = async () => {
    const gradients = tf.tidy(() => tf.grads(loss)(filters));
    await gradients[0].data();
    tf.dispose(gradients);
  };
  // The first steps compile shaders and primitives.
  for (let i = 0; i < 3; i++) await step();
  let steps = 0;
  const start = performance.now();
  while (performance.now() - start < milliseconds) {
    await step();
    steps++;
  }
  const seconds = (performance.now() - start) / 1000;
  tf.dispose([x, ...filters]);
  return steps * batch / seconds;
}
