/** Images: what notebooks and programs use of them. */
export { batches, gatherPixels, type Treatment } from "./batches.ts";
export { Codes } from "./codes.ts";
export { createDataset, type Dataset } from "./dataset.ts";
export { loadImageFolder } from "./image_folder/load_image_folder.ts";
export { createImageSet, holdOut, type ImageSet, pick, take } from "./image_set.ts";
export { Images, type ImageShape } from "./images.ts";
export { classCounts, className } from "./labels.ts";
export { addNoise } from "./noise.ts";
export { loadCifar10 } from "./public_sets/cifar10.ts";
export { loadFashionMnist } from "./public_sets/fashion_mnist.ts";
export { loadKmnist } from "./public_sets/kmnist.ts";
export { loadMnist } from "./public_sets/mnist.ts";
export { treat } from "./treat.ts";
