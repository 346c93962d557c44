/** How fast an engine trains, found in a moment: a step like those of training, run as training runs it. */
import * as tf from "@tensorflow/tfjs";
import { type EngineName, engines, type RunningEngine } from "./engines.ts";
import { record } from "./recording/recorder.ts";
import { Recording } from "./recording/recording.ts";

/** So many steps are under way on a device before numbers are fetched, as in training. */
const mostUnderWay = 20;

/**
 * Images per second of an engine; the backend that was current is so again.
 *
 * @param threads those that training may use
 */
export async function timeEngine(
  name: EngineName,
  threads: number,
  batch: number,
): Promise<number> {
  const before = tf.getBackend();
  // Where only training's workers share a step, each has an engine of one thread.
  const inWorkers = engines[name].threads === "workers";
  let alone: RunningEngine | null = null;
  try {
    // A CPU engine that is timed runs already; the GPU stands beside it.
    if (engines[name].kind === "gpu") await engines[name].start(threads);
    if (inWorkers) alone = await engines[name].start(1);
    const speed = await timeSteps(130, batch);
    return inWorkers ? speed * threads : speed;
  } finally {
    alone?.stop();
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
  const step = asTrained([x, ...filters], () => tf.grads(lossOf(x))(filters));
  let seconds = 0, steps = 0;
  const run = async (count: number) => {
    const start = performance.now();
    for (let i = 1; i < count; i++) step.run();
    await step.run(true);
    seconds = (performance.now() - start) / 1000;
  };
  // The first steps compile shaders and primitives.
  for (let i = 0; i < 3; i++) await run(1);
  const together = Math.floor(milliseconds / 1000 / seconds);
  const count = Math.max(1, Math.min(mostUnderWay, together));
  let total = 0;
  while (total * 1000 < milliseconds) {
    await run(count);
    total += seconds;
    steps += count;
  }
  step.dispose();
  tf.dispose([x, ...filters]);
  return steps * batch / total;
}

const lossOf = (x: tf.Tensor4D) => (...filters: tf.Tensor[]) => {
  const [a, b, c, d] = filters as tf.Tensor4D[];
  const batch = x.shape[0];
  const code = tf.relu(tf.conv2d(tf.relu(tf.conv2d(x, a, 2, "same")), b, 2, "same"));
  const wide = tf.relu(tf.conv2dTranspose(code, c, [batch, 14, 14, 32], 2, "same"));
  const y = tf.conv2dTranspose(wide, d, [batch, 28, 28, 1], 2, "same");
  return tf.mean(tf.square(tf.sub(y, x)));
};

interface Step {
  /** @param fetched whether to wait for its numbers */
  run(fetched?: boolean): Promise<void>;
  dispose(): void;
}

/** On the CPU's engines training plays its steps from a recording, elsewhere it runs them as they stand. */
function asTrained(given: tf.Tensor[], compute: () => tf.Tensor[]): Step {
  const gradients = () => tf.tidy(compute);
  if (tf.getBackend() === "wasm") {
    const { result, recorded } = record(given, gradients);
    const recording = recorded && new Recording(recorded, given, result);
    tf.dispose(result);
    if (recording) {
      return {
        run: () => Promise.resolve(void recording.play(given)),
        dispose: () => recording.dispose(),
      };
    }
  }
  return {
    async run(fetched) {
      const result = gradients();
      if (fetched) await result[0].data();
      tf.dispose(result);
    },
    dispose() {},
  };
}
