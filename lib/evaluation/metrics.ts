/** What codes say about a model: plain values in, plain numbers out. */
import { asCodes, type Codes } from "../data/codes.ts";
import { aNumber, aPositiveCount, numbers, requireArguments } from "../kinds.ts";
import { OptionError } from "../options.ts";

/**
 * Mean and variance (divided by the count) of each column.
 *
 * @param values [n · columns], one row after the other
 * @throws OptionError where that is not one row or more
 */
export function columnStatistics(
  values: ArrayLike<number>,
  columns: number,
): { mean: Float64Array; variance: Float64Array } {
  requireArguments("columnStatistics", {
    values: [numbers, values],
    columns: [aPositiveCount, columns],
  });
  checkRows("columnStatistics", values, columns);
  const mean = columnMeans(values, columns);
  const variance = new Float64Array(columns);
  for (let i = 0; i < values.length; i++) {
    variance[i % columns] += (values[i] - mean[i % columns]) ** 2;
  }
  return { mean, variance: variance.map((sum) => (sum * columns) / values.length) };
}

function columnMeans(values: ArrayLike<number>, columns: number): Float64Array {
  const mean = new Float64Array(columns);
  for (let i = 0; i < values.length; i++) mean[i % columns] += values[i];
  return mean.map((sum) => (sum * columns) / values.length);
}

function checkRows(where: string, values: ArrayLike<number>, columns: number): void {
  if (values.length === 0 || values.length % columns !== 0) {
    throw new OptionError(
      `${where}: expected rows of ${columns} numbers, got ${values.length} numbers`,
    );
  }
}

/**
 * KL(q(z|x) ‖ N(0, I)) of each latent dimension, mean over x, in nats:
 * ½ (mean² + exp(logVar) − 1 − logVar). Their sum is the analytic KL of the ELBO.
 *
 * @returns [latentDim]
 * @throws OptionError where the codes have no log-variances, as an autoencoder's
 */
export function klPerDimension(codes: Codes): Float64Array {
  const { values, logVars, latentDim } = asCodes("klPerDimension", codes);
  checkRows("klPerDimension", values, latentDim);
  if (!logVars) {
    throw new OptionError(
      "klPerDimension: codes: expected a VAE's, with their logVars, got codes without",
    );
  }
  const kl = new Float64Array(latentDim);
  for (let i = 0; i < values.length; i++) {
    kl[i % latentDim] += 0.5 * (values[i] ** 2 + Math.expm1(logVars[i]) - logVars[i]);
  }
  return kl.map((sum) => (sum * latentDim) / values.length);
}

/**
 * How many dimensions carry information about x: those whose mean code varies over x by more than the
 * threshold, Var_x(E[z|x]) > 0.01 (Burda et al. 2015, arXiv 1509.00519, section 2).
 */
export function activeUnits(codes: Codes, threshold = 0.01): number {
  requireArguments("activeUnits", { threshold: [aNumber, threshold] });
  const { values, latentDim } = asCodes("activeUnits", codes);
  return columnStatistics(values, latentDim).variance.filter((value) => value > threshold).length;
}

/** Mean squared difference, per pixel, mean over the images. */
export function meanSquaredError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  requireArguments("meanSquaredError", { a: [numbers, a], b: [numbers, b] });
  if (a.length !== b.length || a.length === 0) {
    throw new OptionError(
      `meanSquaredError: expected two arrays of one length, got ${a.length} and ${b.length}`,
    );
  }
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum / a.length;
}
