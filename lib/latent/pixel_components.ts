/** PCA of the images themselves: the best linear autoencoder, to measure a nonlinear one against. */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { type ImageSet, treatments } from "../data/dataset.ts";
import { treat } from "../data/treat.ts";
import { OptionError, parseOptions } from "../options.ts";
import { RandomStream } from "../random.ts";
import { stoppable } from "../stop.ts";
import { componentsOf, type PrincipalComponents, symmetricEigen } from "./principal_components.ts";

const componentsSchema = z.strictObject({
  /** How many; at most the number of pixels. */
  components: z.int().min(1),
  treatment: z.enum(treatments).default("grey"),
  /** Of how many images, the set's first; all by default. */
  count: z.int().min(1).optional(),
  iterations: z.int().min(1).default(30),
});
export type PixelComponentOptions = z.input<typeof componentsSchema>;

/**
 * The first principal components of a set's pixels. Orthogonal iteration finds a few of the 784 in a
 * second, where Jacobi's rotations would take minutes (Golub & Van Loan, Matrix Computations, 8.2.4).
 *
 * @throws OptionError, as where there are not so many pixels
 */
export async function pixelComponents(
  set: ImageSet,
  options: PixelComponentOptions,
): Promise<PrincipalComponents> {
  const parsed = parseOptions(componentsSchema, options, "pixelComponents");
  const { components, treatment, iterations } = parsed;
  using work = stoppable("computing components");
  const { pixels, size, count } = treat(set, treatment, { count: parsed.count });
  if (components > size) {
    throw new OptionError(
      `pixelComponents: components: expected an integer <= ${size}, got ${components}`,
    );
  }
  const [mean, covariance] = tf.tidy((): [tf.Tensor, tf.Tensor] => {
    const x = tf.tensor2d(pixels, [count, size]);
    const mean = x.mean(0);
    const centred = x.sub(mean);
    // Transposed beforehand: the product with a transposed operand is ten times slower on `wasm`.
    return [mean, tf.matMul(centred.transpose(), centred).div(Math.max(1, count - 1))];
  });
  const matrix = await covariance.data<"float32">();
  const centre = Float64Array.from(await mean.data());
  tf.dispose([mean, covariance]);
  // A few more than are wanted, because the last ones converge slowly.
  const width = Math.min(size, components + 4);
  const start = new RandomStream(0, "orthogonal iteration").normals(width * size);
  let basis: Float64Array[] = Array.from(
    { length: width },
    (_, k) => Float64Array.from(start.subarray(k * size, (k + 1) * size)),
  );
  for (let i = 0; i < iterations; i++) {
    await work.turn();
    basis = orthonormal(basis.map((vector) => times(matrix, vector)));
  }
  const { values, vectors } = eigenWithin(matrix, orthonormal(basis));
  return componentsOf(centre, vectors.slice(0, components), values.slice(0, components));
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

/** matrix · vector, the matrix [n · n] row after row. */
function times(matrix: Float32Array, vector: Float64Array): Float64Array {
  const n = vector.length;
  return vector.map((_, row) => dot(matrix.subarray(row * n, (row + 1) * n), vector));
}

/** Gram and Schmidt's way, each vector freed of those before it at once. */
function orthonormal(vectors: Float64Array[]): Float64Array[] {
  vectors.forEach((vector, k) => {
    for (let j = 0; j < k; j++) {
      const along = dot(vector, vectors[j]);
      for (let i = 0; i < vector.length; i++) vector[i] -= along * vectors[j][i];
    }
    const length = Math.sqrt(dot(vector, vector)) || 1;
    for (let i = 0; i < vector.length; i++) vector[i] /= length;
  });
  return vectors;
}

/** The matrix's eigenvalues and eigenvectors as far as they lie in the basis (Rayleigh and Ritz). */
function eigenWithin(matrix: Float32Array, basis: Float64Array[]) {
  const images = basis.map((vector) => times(matrix, vector));
  const small = basis.flatMap((a) => images.map((image) => dot(a, image)));
  const { values, vectors } = symmetricEigen(small, basis.length);
  const outside = vectors.map((weights) =>
    basis[0].map((_, i) => basis.reduce((sum, vector, k) => sum + weights[k] * vector[i], 0))
  );
  return { values, vectors: outside };
}
