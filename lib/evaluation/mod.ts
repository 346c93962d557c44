/** What a trained model is worth: metrics, bounds, references, a diagnosis. */
export { checkerboardShare } from "./checkerboard.ts";
export { compareRuns, comparisonPoints } from "./compare_runs.ts";
export { diagnose } from "./diagnosis.ts";
export { iwaeBound } from "./importance_bound.ts";
export { lookAlikes } from "./look_alikes.ts";
export { activeUnits, columnStatistics, klPerDimension, meanSquaredError } from "./metrics.ts";
export { nearestImages } from "./nearest_images.ts";
export { kNearestNeighbourAccuracy, nearestLabels } from "./nearest_neighbours.ts";
export { referenceOf } from "./reference_curves.ts";
