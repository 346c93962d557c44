/** Principal components of codes: the plane to look at where a latent space has more than two axes. */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { Codes } from "../data/codes.ts";
import { columnStatistics } from "../evaluation/metrics.ts";

/** The directions in which codes spread, widest first. */
export interface PrincipalComponents {
  dimensions: number;
  /** The codes' mean, [dimensions]. */
  mean: Float64Array;
  /** One unit vector [dimensions] per component; the largest entry of each is positive. */
  components: Float64Array[];
  /** Variance (divided by count − 1) along each component, falling. */
  variances: Float64Array;
  /** Codes [n · dimensions] → coordinates along the first `count` components, [n · count]. */
  project(codes: ArrayLike<number>, count?: number): Float32Array;
  /** Coordinates along the first `count` components [n · count] → codes [n · dimensions]. */
  unproject(coordinates: ArrayLike<number>, count?: number): Float32Array;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix.
 *
 * @returns values falling; `vectors[k]` is the unit vector of `values[k]`
 */
export function symmetricEigen(matrix: Matrix): { values: Float64Array; vectors: Float64Array[] } {
  // The library's values rise, its vectors are columns.
  const found = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const vectors = found.eigenvectorMatrix.transpose().to2DArray();
  return {
    values: Float64Array.from(found.realEigenvalues).reverse(),
    vectors: vectors.reverse().map((vector) => Float64Array.from(vector)),
  };
}

function covariance(codes: ArrayLike<number>, d: number, mean: Float64Array): Matrix {
  const count = codes.length / d;
  const sums = new Float64Array(d * d);
  const centred = new Float64Array(d);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < d; i++) centred[i] = codes[row * d + i] - mean[i];
    for (let i = 0; i < d; i++) {
      for (let j = i; j < d; j++) sums[i * d + j] += centred[i] * centred[j];
    }
  }
  for (let i = 0; i < d; i++) {
    for (let j = i; j < d; j++) sums[j * d + i] = sums[i * d + j] /= Math.max(1, count - 1);
  }
  return Matrix.from1DArray(d, d, sums);
}

/**
 * Principal component analysis of codes (Pearson 1901; Hotelling 1933): the covariance's eigenvectors.
 *
 * @throws OptionError where there are no codes
 */
export function principalComponents({ values, latentDim }: Codes): PrincipalComponents {
  const { mean } = columnStatistics(values, latentDim);
  const { values: variances, vectors } = symmetricEigen(covariance(values, latentDim, mean));
  return componentsOf(mean, vectors, variances);
}

/** Components from eigenvectors of a covariance, however they were found. */
export function componentsOf(
  mean: Float64Array,
  vectors: readonly Float64Array[],
  values: Float64Array,
): PrincipalComponents {
  const dimensions = mean.length;
  const components = vectors.map(facingUp);
  return {
    dimensions,
    mean,
    components,
    variances: values.map((value) => Math.max(0, value)),
    project(points, count = components.length) {
      const rows = points.length / dimensions;
      const out = new Float32Array(rows * count);
      for (let row = 0; row < rows; row++) {
        for (let k = 0; k < count; k++) {
          let sum = 0;
          for (let i = 0; i < dimensions; i++) {
            sum += (points[row * dimensions + i] - mean[i]) * components[k][i];
          }
          out[row * count + k] = sum;
        }
      }
      return out;
    },
    unproject(coordinates, count = components.length) {
      const rows = coordinates.length / count;
      const out = new Float32Array(rows * dimensions);
      for (let row = 0; row < rows; row++) {
        for (let i = 0; i < dimensions; i++) {
          let sum = mean[i];
          for (let k = 0; k < count; k++) sum += coordinates[row * count + k] * components[k][i];
          out[row * dimensions + i] = sum;
        }
      }
      return out;
    },
  };
}

/** A sign for every eigenvector, so that the same codes always give the same picture. */
function facingUp(vector: Float64Array): Float64Array {
  const largest = vector.reduce((best, x) => (Math.abs(x) > Math.abs(best) + 1e-12 ? x : best), 0);
  return largest < 0 ? vector.map((x) => -x) : vector;
}
