/** Images: what notebooks and programs use of them. */
export {
  batches,
  classCounts,
  createImageSet,
  type Dataset,
  gatherPixels,
  holdOut,
  type ImageSet,
  take,
  type Treatment,
} from "./dataset.ts";
export { loadMnist } from "./mnist.ts";
export { addNoise } from "./noise.ts";
