/** The latent space as plain arrays: codes, manifolds, walks and maps. */
export { disturbedCodes } from "./disturb.ts";
export { disturbance } from "./disturbance.ts";
export { type Codes, decodeCodes, encodeAll, range } from "./encode.ts";
export { readEpochCodes, saveEpochCodes } from "./epoch_codes.ts";
export { fixedSamples, renderFixedSamples } from "./fixed_samples.ts";
export { holeMap } from "./hole_map.ts";
export { interpolate } from "./interpolate.ts";
export { gridAround, type LatentView, latentView } from "./latent_view.ts";
export { exportLayers } from "./layer_export.ts";
export { decodeGrid, linearGrid, manifoldGrid } from "./manifold.ts";
export { linearSteps, normalQuantile } from "./normal_quantile.ts";
export { pixelComponents } from "./pixel_components.ts";
export { planeOf } from "./plane.ts";
export { drawCodes, priorCodes, reconstructions } from "./samples.ts";
export { largestDimensions, traversal } from "./traversal.ts";
