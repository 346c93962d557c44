/** Training, its runs, and the models that come of them. */
export { loadRun, readRun } from "./checkpoint.ts";
export { type Estimate, estimateTraining } from "./estimate.ts";
export { findModel, findRun, type FoundModel, runFolder } from "./find_model.ts";
export { findOrTrain, type ReadyModel, trainingPlan } from "./find_or_train.ts";
export { NotFiniteError, type TrainEnd, type TrainProgress } from "./progress.ts";
export { epochLine, type EpochRecord, type RunRecord } from "./records.ts";
export { loadRunFile, type RunContents, saveRunFile } from "./run_file.ts";
export { train, type TrainOptions } from "./train.ts";
