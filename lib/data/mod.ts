/** Images: what notebooks and programs use of them. */
export { batches, gatherPixels, type Treatment } from "./batches.ts";
export { Codes } from "./codes.ts";
export { createDataset, type Dataset } from "./dataset.ts";
export { createImageSet, holdOut, type ImageSet, take } from "./image_set.ts";
export { Images, type ImageShape } from "./images.ts";
export { classCounts, className } from "./labels.ts";
export { loadMnist } from "./mnist.ts";
export { addNoise } from "./noise.ts";
export { treat } from "./treat.ts";
