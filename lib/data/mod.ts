/** Images: what notebooks and programs use of them. */
export { Codes } from "./codes.ts";
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
export { Images, type ImageShape } from "./images.ts";
export { loadMnist } from "./mnist.ts";
export { addNoise } from "./noise.ts";
export { treat } from "./treat.ts";
