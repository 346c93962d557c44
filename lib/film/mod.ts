/** A run filmed: pictures and codes of every epoch, and the animations made of them. */
export { readEpochCodes, saveEpochCodes } from "./epoch_codes.ts";
export {
  drawEpoch,
  type EpochImageKind,
  readEpochImage,
  readEpochSamples,
  savedEpochs,
  saveEpochAnimation,
  saveEpochImages,
} from "./epoch_images.ts";
export { film, findOrFilm } from "./film.ts";
export { fixedSamples, renderFixedSamples } from "./fixed_samples.ts";
