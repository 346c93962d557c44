/** All likelihoods by the names that settings use. */
import { bernoulli } from "./bernoulli.ts";
import { continuousBernoulli } from "./continuous_bernoulli.ts";
import { discretizedLogistic } from "./discretized_logistic.ts";
import { gaussian } from "./gaussian.ts";
import type { Likelihood } from "./likelihood.ts";
import { squaredError } from "./squared_error.ts";
import type { LikelihoodName } from "./units.ts";

export const likelihoods: Record<LikelihoodName, Likelihood> = {
  "bernoulli": bernoulli,
  "continuous-bernoulli": continuousBernoulli,
  "gaussian": gaussian,
  "discretized-logistic": discretizedLogistic,
  "mse": squaredError,
};
