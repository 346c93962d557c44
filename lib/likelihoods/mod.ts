/** Likelihoods of pixels, and the unit of what is measured with them. */
export { type Likelihood } from "./likelihood.ts";
export { likelihoods } from "./likelihoods.ts";
export { bitsPerDim, type LikelihoodName, unitOf } from "./units.ts";
