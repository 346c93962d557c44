/** The latent space as plain values: codes, manifolds, walks and maps. */
export { bestGaussian } from "./best_gaussian.ts";
export { classDraws } from "./class_draws.ts";
export { disturbance, disturbedCodes } from "./disturbance.ts";
export { decodeCodes, encodeAll } from "./encode.ts";
export { interpolate } from "./interpolate.ts";
export { gridAround, type LatentView, latentView } from "./latent_view.ts";
export { exportLayers } from "./layer_export.ts";
export { decodeGrid, type LatentGrid, linearGrid, manifoldGrid } from "./manifold.ts";
export { exportModel } from "./model_export.ts";
export { normalQuantile } from "./normal_quantile.ts";
export { pixelComponents } from "./pixel_components.ts";
export { coordinatePlane, type LatentPlane, ontoPlane, planeOf } from "./plane.ts";
export { posteriorWindow } from "./posterior_window.ts";
export { drawCodes, priorCodes, reconstructions } from "./samples.ts";
export { largestDimensions, traversal } from "./traversal.ts";
export { truePosterior } from "./true_posterior.ts";
