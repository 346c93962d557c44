/** A decoder or an encoder in plain loops, quick enough to run at every move of the pointer. */
import type { Activation, Weights } from "../../../latent/layer_export.ts";
import type { PageLayer } from "../contents.ts";

/** From input to output; the output lies in a buffer that the next call writes to again. */
export type Network = (input: Float32Array) => Float32Array;

type Convolution = Extract<PageLayer, { kind: "conv2d" | "conv2dTranspose" }>;
type Dense = Extract<PageLayer, { kind: "dense" }>;
type UpSampling = Extract<PageLayer, { kind: "upSampling2d" }>;

const activations: Record<Activation, (x: number) => number> = {
  linear: (x) => x,
  relu: (x) => (x > 0 ? x : 0),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  // Near 0, where both quotients are huge, by its series.
  continuousBernoulliMean: (x) =>
    Math.abs(x) < 0.5 ? 0.5 + x / 12 - x ** 3 / 720 + x ** 5 / 30240 : -1 / Math.expm1(-x) - 1 / x,
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
};

/**
 * Builds a function from input to output. It writes to the same buffers at every call, so the caller
 * copies what should last.
 *
 * @param inputShape without the batch
 */
export function createNetwork(layers: PageLayer[], inputShape: number[]): Network {
  let shape = inputShape;
  const steps = layers.map((layer) => {
    const step = createStep(layer, shape);
    shape = layer.outputShape;
    return step;
  });
  return (input) => steps.reduce((x, step) => step(x), input);
}

function createStep(layer: PageLayer, inputShape: number[]): Network {
  const linear = createLinear(layer, inputShape);
  if (layer.activation === "linear") return linear;
  const activate = activations[layer.activation];
  return (x) => {
    const y = linear(x);
    for (let i = 0; i < y.length; i++) y[i] = activate(y[i]);
    return y;
  };
}

/** What a layer computes before its activation. */
function createLinear(layer: PageLayer, inputShape: number[]): Network {
  switch (layer.kind) {
    case "conv2d":
    case "conv2dTranspose":
      return createConvolution(layer, inputShape);
    case "dense":
      return createDense(layer);
    case "upSampling2d":
      return createUpSampling(layer, inputShape);
    default:
      return (x) => x;
  }
}

function createDense({ kernel: { data: weights }, bias, outputShape: [units] }: Dense): Network {
  const output = new Float32Array(units);
  return (input) => {
    if (bias) output.set(bias.data);
    else output.fill(0);
    for (let i = 0; i < input.length; i++) {
      const value = input[i];
      if (value === 0) continue; // half of what a relu lets through
      for (let j = 0, at = i * units; j < units; j++, at++) output[j] += value * weights[at];
    }
    return output;
  };
}

function createUpSampling({ size, outputShape }: UpSampling, [, width]: number[]): Network {
  const [down, right] = size, [rows, columns, channels] = outputShape;
  const output = new Float32Array(rows * columns * channels);
  return (input) => {
    let at = 0;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const from = (Math.floor(y / down) * width + Math.floor(x / right)) * channels;
        for (let c = 0; c < channels; c++) output[at++] = input[from + c];
      }
    }
    return output;
  };
}

/** One direction of a convolution: lengths of input, output and kernel. */
interface Axis {
  input: number;
  output: number;
  taps: number;
  stride: number;
  same: boolean;
  transposed: boolean;
}

/**
 * Which rows (or columns) of the input an output row sees, and through which tap of the kernel:
 * pairs [input, tap, input, tap, …]. In these pairs lies all that tells a transposed convolution from a
 * plain one, so that both share one loop.
 */
function meetings({ input, output, taps, stride, same, transposed }: Axis): Int32Array[] {
  const [small, large] = transposed ? [input, output] : [output, input];
  const before = same ? Math.max(0, (small - 1) * stride + taps - large) >> 1 : 0;
  return Array.from({ length: output }, (_, o) => {
    const pairs: number[] = [];
    for (let tap = 0; tap < taps; tap++) {
      const i = transposed ? (o + before - tap) / stride : o * stride - before + tap;
      if (Number.isInteger(i) && i >= 0 && i < input) pairs.push(i, tap);
    }
    return Int32Array.from(pairs);
  });
}

/**
 * The kernel as [tap row, tap column, block of four outputs, input, four outputs]: the order in which
 * the loop reads it.
 */
function inBlocksOfFour({ shape, data }: Weights, transposed: boolean): Float32Array {
  const [taps, inputs, outputs] = transposed
    ? [shape[0] * shape[1], shape[3], shape[2]]
    : [shape[0] * shape[1], shape[2], shape[3]];
  const blocks = Math.ceil(outputs / 4);
  const packed = new Float32Array(taps * blocks * inputs * 4);
  for (let tap = 0; tap < taps; tap++) {
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) {
        const from = transposed
          ? (tap * outputs + o) * inputs + i
          : (tap * inputs + i) * outputs + o;
        packed[((tap * blocks + (o >> 2)) * inputs + i) * 4 + (o & 3)] = data[from];
      }
    }
  }
  return packed;
}

function createConvolution(layer: Convolution, [height, width, inputs]: number[]): Network {
  const [outHeight, outWidth, outputs] = layer.outputShape;
  const { shape } = layer.kernel;
  const [downStride, rightStride] = layer.strides;
  const transposed = layer.kind === "conv2dTranspose", same = layer.padding === "same";
  const axis = { same, transposed };
  const rows = meetings({
    ...axis,
    input: height,
    output: outHeight,
    taps: shape[0],
    stride: downStride,
  });
  const columns = meetings({
    ...axis,
    input: width,
    output: outWidth,
    taps: shape[1],
    stride: rightStride,
  });
  const weights = inBlocksOfFour(layer.kernel, transposed);
  const blocks = Math.ceil(outputs / 4);
  const bias = new Float32Array(blocks * 4);
  if (layer.bias) bias.set(layer.bias.data);
  const output = new Float32Array(outHeight * outWidth * outputs);

  return (input) => {
    for (let y = 0; y < outHeight; y++) {
      const row = rows[y];
      for (let x = 0; x < outWidth; x++) {
        const column = columns[x];
        for (let block = 0; block < blocks; block++) {
          // Four sums in registers: one read of an input serves four products.
          let a = bias[block * 4], b = bias[block * 4 + 1];
          let c = bias[block * 4 + 2], d = bias[block * 4 + 3];
          for (let r = 0; r < row.length; r += 2) {
            for (let s = 0; s < column.length; s += 2) {
              let from = (row[r] * width + column[s]) * inputs;
              let at = ((row[r + 1] * shape[1] + column[s + 1]) * blocks + block) * inputs * 4;
              for (const end = from + inputs; from < end; from++, at += 4) {
                const value = input[from];
                if (value === 0) continue; // half of what a relu lets through
                a += value * weights[at];
                b += value * weights[at + 1];
                c += value * weights[at + 2];
                d += value * weights[at + 3];
              }
            }
          }
          const to = (y * outWidth + x) * outputs + block * 4;
          output[to] = a;
          if (block * 4 + 1 < outputs) output[to + 1] = b;
          if (block * 4 + 2 < outputs) output[to + 2] = c;
          if (block * 4 + 3 < outputs) output[to + 3] = d;
        }
      }
    }
    return output;
  };
}
