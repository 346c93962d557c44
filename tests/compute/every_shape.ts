/**
 * Run by onednn_test.ts in a process of its own, which has its memory checked: each convolution of the
 * cases is computed and its kernels destroyed again. Ends with `done` where nothing was overwritten.
 */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { createOnednnKernels } from "../../lib/compute/onednn/onednn.ts";
import { convShape } from "../../lib/compute/layers/conv_shape.ts";
import { layers, oddShapes } from "./conv_cases.ts";
import { take } from "./kernel_cases.ts";

await tf.setBackend("wasm");
await tf.ready();
// Which byte follows a block is chance, and so whether a check sees it change. Filters of 1 × 1 have
// been the ones to do it.
const suspects = oddShapes.filter(({ filter: [height, width] }) => height * width === 1);
const again = Array.from({ length: 10 }, () => suspects).flat();
for (const one of [...oddShapes, ...layers, ...again]) {
  const { batch, input, filter: [height, width, outChannels], strides, pad } = one;
  const kernels = createOnednnKernels({ threads: 1 });
  const xShape: [number, number, number, number] = [batch, ...input];
  const wShape: typeof xShape = [height, width, input[2], outChannels];
  const shape = convShape(xShape, wShape, { strides, pad })!;
  const yShape = [batch, shape.outHeight, shape.outWidth, outChannels];
  const [x, w, dy] = [xShape, wShape, yShape].map((shape) => tf.ones(shape));
  const bias = tf.ones([outChannels]), inputBias = tf.ones([input[2]]);
  for (const relu of [false, true]) {
    take(kernels.conv2d(x, w, bias, shape, relu), yShape);
    take(kernels.conv2dBackpropInput(dy, w, inputBias, shape, relu), xShape);
  }
  const gradient = kernels.conv2dBackpropFilter(x, dy, shape, true);
  take(gradient.filter, wShape);
  take(gradient.bias!, [outChannels]);
  tf.dispose([x, w, dy, bias, inputBias]);
  kernels.dispose();
}
console.log("done");
