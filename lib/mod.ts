/** What belongs to no room alone: seeds, settings, the objective and its terms, the Stop button. */
export { RandomStream } from "./random.ts";
export { notebookSettings } from "./settings.ts";
export { analyticKl, logNormal, logPrior, monteCarloKl } from "./losses.ts";
export { objectiveTerms, type Terms } from "./objective.ts";
export { OptionError } from "./options.ts";
export { linearSteps, range } from "./steps.ts";
export { StoppedError } from "./stop.ts";
