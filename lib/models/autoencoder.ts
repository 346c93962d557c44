/** Encoders and decoders as `tf.LayersModel`s, built from a configuration. */
import * as tf from "@tensorflow/tfjs";
import { RandomStream } from "../random.ts";
import { doublings, type ModelConfig } from "./presets.ts";

/** The first layers' names of an encoder's two heads, wherever they are two. */
export const headNames = { mean: "mean", logVar: "log_variance" } as const;

/** Names Keras's default initializer (tfjs's own is `glorotNormal`), a seed of its own per layer. */
function initializerOf(config: ModelConfig, part: "encoder" | "decoder") {
  const stream = new RandomStream(config.seed, `weights of the ${part}`);
  // Bit 0 is set because tfjs takes the seed 0 for no seed.
  return () => tf.initializers.glorotUniform({ seed: (stream.bits() & 0x7fffffff) | 1 });
}

/** The part of the encoder below its heads; ends flat. */
function trunk(
  config: ModelConfig,
  input: tf.SymbolicTensor,
  next: () => tf.serialization.Serializable,
) {
  const glorot = () => next() as ReturnType<typeof tf.initializers.glorotUniform>;
  if (config.architecture === "dense") {
    const flat = tf.layers.flatten({ name: "flatten" }).apply(input) as tf.SymbolicTensor;
    return config.hiddenUnits.reduce((h, units, i) =>
      tf.layers.dense({
        name: `dense_${i + 1}`,
        units,
        activation: "relu",
        kernelInitializer: glorot(),
      }).apply(h) as tf.SymbolicTensor, flat);
  }
  const same = config.architecture === "upsampling";
  const convolved = config.filters.reduce((h, filters, i) =>
    tf.layers.conv2d({
      name: `conv_${i + 1}`,
      filters,
      kernelSize: 3,
      strides: same && i % 2 === 1 ? 1 : 2,
      padding: same ? "same" : "valid",
      activation: "relu",
      kernelInitializer: glorot(),
    }).apply(h) as tf.SymbolicTensor, input);
  return tf.layers.flatten({ name: "flatten" }).apply(convolved) as tf.SymbolicTensor;
}

/**
 * x [batch, height, width, channels] → [batch, 2·latentDim], mean beside log-variance, for a VAE;
 * → [batch, latentDim], the code, for an autoencoder (no activation: a code may lie anywhere).
 */
export function buildEncoder(config: ModelConfig): tf.LayersModel {
  const glorot = initializerOf(config, "encoder");
  const head = (name: string, units: number) =>
    tf.layers.dense({ name, units, kernelInitializer: glorot() });
  const input = tf.input({ shape: config.inputShape, name: "image" });
  const h = trunk(config, input, glorot);
  let outputs: tf.SymbolicTensor;
  if (config.kind === "ae") {
    outputs = head("code", config.latentDim).apply(h) as tf.SymbolicTensor;
  } else if (config.heads === "joint") {
    outputs = head("moments", 2 * config.latentDim).apply(h) as tf.SymbolicTensor;
  } else {
    const mean = head(headNames.mean, config.latentDim).apply(h) as tf.SymbolicTensor;
    const logVar = head(headNames.logVar, config.latentDim).apply(h) as tf.SymbolicTensor;
    outputs = tf.layers.concatenate({ name: "moments" }).apply([mean, logVar]) as tf.SymbolicTensor;
  }
  return tf.model({ inputs: input, outputs, name: "encoder" });
}

/** z [batch, latentDim] → logits [batch, height, width, channels]; the sigmoid is the loss's. */
export function buildDecoder(config: ModelConfig): tf.LayersModel {
  const glorot = initializerOf(config, "decoder");
  const [height, width, channels] = config.inputShape;
  const layers: tf.layers.Layer[] = [];
  const dense = (name: string, units: number, activation?: "relu") =>
    layers.push(tf.layers.dense({ name, units, activation, kernelInitializer: glorot() }));

  if (config.architecture === "dense") {
    config.hiddenUnits.toReversed().forEach((units, i) => dense(`dense_${i + 1}`, units, "relu"));
    dense("pixels", height * width * channels);
    layers.push(tf.layers.reshape({ name: "logits", targetShape: [height, width, channels] }));
    return chain(config, layers);
  }

  const hidden = config.decoderFilters ??
    config.filters.toReversed().slice(0, doublings(config));
  const start = config.architecture === "conv" ? hidden.at(-1)! : hidden[0];
  const [rows, columns] = [height, width].map((size) => size / 2 ** doublings(config));
  dense("dense_1", rows * columns * start, "relu");
  layers.push(tf.layers.reshape({ name: "reshape", targetShape: [rows, columns, start] }));
  const shared = { kernelSize: 3, padding: "same" as const };
  hidden.forEach((filters, i) => {
    const relu = { ...shared, filters, activation: "relu" as const, kernelInitializer: glorot() };
    if (config.architecture === "conv") {
      layers.push(tf.layers.conv2dTranspose({ ...relu, name: `deconv_${i + 1}`, strides: 2 }));
    } else {
      layers.push(tf.layers.conv2d({ ...relu, name: `conv_${i + 1}` }));
      layers.push(tf.layers.upSampling2d({ name: `upsample_${i + 1}`, size: [2, 2] }));
    }
  });
  const last = { ...shared, filters: channels, name: "logits", kernelInitializer: glorot() };
  layers.push(
    config.architecture === "conv" ? tf.layers.conv2dTranspose(last) : tf.layers.conv2d(last),
  );
  return chain(config, layers);
}

function chain(config: ModelConfig, layers: tf.layers.Layer[]): tf.LayersModel {
  const input = tf.input({ shape: [config.latentDim], name: "z" });
  const outputs = layers.reduce((h, layer) => layer.apply(h) as tf.SymbolicTensor, input);
  return tf.model({ inputs: input, outputs, name: "decoder" });
}
