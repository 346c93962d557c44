/** Images of any size and of one or three channels, from bytes through training to pictures. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { EngineName } from "../../lib/compute/engines.ts";
import { createDataset, type Dataset } from "../../lib/data/dataset.ts";
import { createImageSet, type ImageSet } from "../../lib/data/image_set.ts";
import type { ImageShape } from "../../lib/data/images.ts";
import { drawEpoch } from "../../lib/film/epoch_images.ts";
import { fixedSamples, renderFixedSamples } from "../../lib/film/fixed_samples.ts";
import { conv2d, conv2dTranspose, dense, flatten, reshape } from "../../lib/models/layers.ts";
import { createVae } from "../../lib/models/create_model.ts";
import type { Model } from "../../lib/models/model.ts";
import { RandomStream } from "../../lib/random.ts";
import { train } from "../../lib/training/train.ts";
import { eachEngine } from "../each_engine.ts";

const sizes = [[4, 4], [5, 7], [8, 8], [9, 4], [13, 11], [28, 20], [31, 33], [64, 64], [96, 128], [
  128,
  128,
]] as const;

function noise(name: string, count: number, shape: ImageShape): ImageSet {
  const random = new RandomStream(3, name);
  const length = count * shape[0] * shape[1] * shape[2];
  return createImageSet({
    name,
    shape,
    pixels: Uint8Array.from({ length }, () => random.integer(256)),
  });
}

/** Convolutions that halve and double, odd sizes cropped; or a pooled one before a dense decoder. */
function modelFor([height, width, channels]: ImageShape, pooled: boolean): Model {
  const inputShape: [number, number, number] = [height, width, channels];
  const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const relu = { activation: "relu" } as const;
  const seen = pooled
    ? [
      conv2d({ inputShape, filters: 3, kernelSize: 3, ...relu }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
    ]
    : [conv2d({ inputShape, filters: 4, kernelSize: 3, strides: 2, padding: "same", ...relu })];
  const drawn = pooled
    ? [
      dense({ inputShape: [2], units: height * width * channels }),
      reshape({ targetShape: inputShape }),
    ]
    : [
      dense({ inputShape: [2], units: rows * columns * 3, ...relu }),
      reshape({ targetShape: [rows, columns, 3] }),
      conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: "same", ...relu }),
      tf.layers.cropping2D({ cropping: [[0, 2 * rows - height], [0, 2 * columns - width]] }),
      conv2d({ filters: channels, kernelSize: 3, padding: "same" }),
    ];
  return createVae({
    encoder: tf.sequential({ layers: [...seen, flatten(), dense({ units: 4 })] }),
    decoder: tf.sequential({ layers: drawn }),
    likelihood: "bernoulli",
    treatment: "grey",
    seed: 1,
  });
}

/** By model, the test losses of the engine that came first. */
const first = new Map<string, number[]>();

for (const [height, width] of sizes) {
  // The plain engine takes a minute for the large ones.
  const engines: EngineName[] = ["onednn", "portable", ...height <= 33 ? ["cpu" as const] : []];
  const name = `${height}×${width} images, grey and coloured, train and are drawn`;
  await eachEngine(name, async () => {
    for (const channels of [1, 3]) {
      const shape = [height, width, channels] as const;
      const dataset = createDataset({
        train: noise("train", 7, shape),
        test: noise("test", 5, shape),
        source: "noise",
      });
      for (const pooled of [false, true]) await trainAndDraw(dataset, shape, pooled);
    }
  }, engines);
}

async function trainAndDraw(dataset: Dataset, shape: ImageShape, pooled: boolean): Promise<void> {
  const model = modelFor(shape, pooled), key = `${shape.join("×")}${pooled ? ", pooled" : ""}`;
  const losses: number[] = [];
  const options = { epochs: 1, batchSize: 4, learningRate: 1e-3, workers: 1 };
  for await (const { test } of train(model, dataset, options)) losses.push(test.loss);
  // Noise costs some ln 2 a pixel.
  const pixels = shape[0] * shape[1] * shape[2];
  assert.ok(losses[0] > 0.6 * pixels && losses[0] < 1.5 * pixels, `${key}: ${losses}`);
  const wanted = first.get(key) ?? losses;
  first.set(key, wanted);
  losses.forEach((loss, i) =>
    assert.ok(Math.abs(loss / wanted[i] - 1) < 1e-4, `${key}: ${loss}, elsewhere ${wanted[i]}`)
  );
  const samples = await renderFixedSamples(model, fixedSamples(model, dataset.test));
  const { image, prior } = drawEpoch(samples);
  assert.deepEqual([image.channels, prior.channels], [shape[2], shape[2]]);
  assert.ok(prior.data.some((byte) => byte < 200), "pictures, not blank paper");
  model.dispose();
}
