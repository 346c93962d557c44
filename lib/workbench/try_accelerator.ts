/**
 * Run by `setUp` once, in a process of its own: whether all the processor's engines, one of them just
 * installed, train on this machine, with workers too, and alike. Native code that does not fit a machine
 * ends its process.
 */
import { useBackend } from "../compute/backend.ts";
import { type EngineName, engineNames, engines } from "../compute/engines.ts";
import { createImageSet } from "../data/image_set.ts";
import { preset } from "../models/presets.ts";
import { RandomStream } from "../random.ts";
import { train } from "../training/train.ts";

const stream = new RandomStream(1, "pixels");
const images = (name: string, count: number) =>
  createImageSet({
    name,
    pixels: Uint8Array.from({ length: count * 784 }, () => stream.integer(256)),
    labels: null,
    shape: [28, 28, 1],
  });
const note = "Random pixels.";
const data = {
  train: images("train", 64),
  test: images("test", 16),
  source: "synthetic",
  note,
} as const;

/** After an epoch, in nats. */
async function loss(engine: EngineName): Promise<number> {
  await useBackend({ engine, threads: 2 });
  const model = preset("conv-vae", { filters: [4, 6], batchSize: 16 }).build();
  let last = NaN;
  for await (const { test } of train(model, data, { epochs: 1, workers: 2 })) last = test.loss;
  return last;
}

const onProcessor = engineNames.filter((name) => engines[name].kind === "cpu");
const losses: number[] = [];
for (const engine of onProcessor) losses.push(await loss(engine));
if (!losses.every((loss) => Math.abs(loss - losses[0]) < 1e-3 * losses[0])) {
  throw new Error(`${onProcessor} train to ${losses}, expected the same loss`);
}
