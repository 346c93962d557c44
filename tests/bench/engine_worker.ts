/**
 * One of our engines as the bench drives it: `deno run -A engine_worker.ts onednn 2` takes a JSON
 * request per line on stdin and answers a JSON line each on stdout, until stdin ends. The peers'
 * scripts do the same.
 */
import { textLines } from "../../lib/workbench/text_lines.ts";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { engineNames, engines } from "../../lib/compute/engines.ts";
import type { Dataset } from "../../lib/data/dataset.ts";
import { createImageSet } from "../../lib/data/image_set.ts";
import { DownloadError } from "../../lib/data/download.ts";
import { loadMnist } from "../../lib/data/public_sets/mnist.ts";
import { encodeAll } from "../../lib/latent/encode.ts";
import { RandomStream } from "../../lib/random.ts";
import { train } from "../../lib/training/train.ts";
import { hash } from "../golden/formula.ts";
import { type Answer, type Greeting, recipeOf, type Request, type Row } from "./works.ts";

/** Stream number of the random bits, as in `peer_common.py`. */
const bitsStream = 4000;

async function loadImages(): Promise<{ dataset: Dataset; data: string }> {
  try {
    // Without mirrors: a bench measures, it does not download.
    return { dataset: await loadMnist({ source: "mnist", mirrors: [] }), data: "mnist" };
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
  }
  const bits = new Uint8Array(70_000 * 784);
  for (let i = 0; i < bits.length; i++) bits[i] = hash(i, bitsStream) >>> 31 ? 255 : 0;
  const set = (name: string, from: number, to: number) =>
    createImageSet({
      name,
      pixels: bits.slice(from * 784, to * 784),
      labels: new Uint8Array(to - from),
      shape: [28, 28, 1],
    });
  const [trainSet, test] = [set("train", 0, 60_000), set("test", 60_000, 70_000)];
  const dataset = { train: trainSet, test, source: "synthetic" as const, note: "Random bits." };
  return { dataset, data: "random bits" };
}

/** Computes the request's images and returns the seconds that took. It is warm. */
type Measure = () => Promise<number>;

/** A training that goes on from round to round; an epoch has the request's number of images. */
async function trainer(request: Request, dataset: Dataset): Promise<Measure> {
  const evaluates = request.work === "cvae-eval";
  const { build, training } = recipeOf(request);
  const epochs = train(build(), dataset, {
    ...training,
    epochs: 1_000_000,
    trainCount: evaluates ? request.batch : request.images,
    testCount: evaluates ? request.images : request.batch,
    workers: request.workers,
  });
  const measure = async () => {
    const { value, done } = await epochs.next();
    if (done) throw new Error(`training ended: ${value.note}`);
    return evaluates ? value.evaluationSeconds : value.seconds;
  };
  // The untrained model's record, then an epoch to warm up; a single step of stock tfjs is so long
  // that warming up does not show.
  await measure();
  if (request.images > request.batch) await measure();
  return measure;
}

async function manifold(request: Request): Promise<Measure> {
  const model = recipeOf(request).build();
  const noise = new RandomStream(1, "manifold").normals(2 * request.batch);
  const measure = async () => {
    const start = performance.now();
    for (let done = 0; done < request.images; done += request.batch) {
      const z = tf.tensor2d(noise, [request.batch, 2]);
      const images = model.pixelMeans(z);
      await images.data();
      tf.dispose([z, images]);
    }
    return (performance.now() - start) / 1000;
  };
  if (request.images > request.batch) await measure();
  return measure;
}

async function encoder(request: Request, { train: images }: Dataset): Promise<Measure> {
  const model = recipeOf(request).build();
  const { treatment } = model.config;
  const measure = async () => {
    const start = performance.now();
    await encodeAll(model, images, { treatment, count: request.images, batchSize: request.batch });
    return (performance.now() - start) / 1000;
  };
  await measure();
  return measure;
}

/** VmHWM, as the peers read it; null where there is no such file. */
function peakRssMb(): number | null {
  try {
    const [, kilobytes] = Deno.readTextFileSync("/proc/self/status").match(/VmHWM:\s+(\d+)/)!;
    return Math.round(Number(kilobytes) / 102.4) / 10;
  } catch {
    return null;
  }
}

const say = (line: Greeting | Answer) => console.log(JSON.stringify(line));

async function main(name: string, threads: number) {
  const engine = engineNames.find((known) => known === name);
  if (!engine) throw new Error(`expected one of ${engineNames.join(", ")}, got ${name}`);
  // Throws where the only adapter is a software adapter: that is nothing to compare.
  if (engine === "webgpu") await engines.webgpu.find(false);
  const { line } = await useBackend({ engine, threads });
  const { dataset, data } = await loadImages();
  const prepared = new Map<string, Measure>();
  say({ engine, title: line });
  for await (const text of textLines(Deno.stdin.readable)) {
    try {
      const request: Request = JSON.parse(text);
      const { work, batch, images } = request;
      let measure = prepared.get(text);
      if (!measure) {
        measure = await (work === "cvae-manifold"
          ? manifold(request)
          : work === "cvae-encode"
          ? encoder(request, dataset)
          : trainer(request, dataset));
        prepared.set(text, measure);
      }
      const imagesPerSecond = images / await measure();
      const row: Row = { engine, work, batch, data, imagesPerSecond, peakRssMb: peakRssMb() };
      say(row);
    } catch (error) {
      say({ error: (error as Error).message });
    }
  }
}

try {
  await main(Deno.args[0], Number(Deno.args[1] ?? navigator.hardwareConcurrency));
  Deno.exit(0);
} catch (error) {
  say({ error: (error as Error).message });
  Deno.exit(1);
}
