/** PCA of the images themselves: the best linear autoencoder, to measure a nonlinear one against. */
import * as tf from "@tensorflow/tfjs";
import { Matrix, QrDecomposition } from "ml-matrix";
import { z } from "zod";
import { treatments } from "../data/batches.ts";
import type { ImageSet } from "../data/image_set.ts";
import { treat } from "../data/treat.ts";
import { anImageSet, requireArguments } from "../kinds.ts";
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
 * second, where all of them would take several (Golub & Van Loan, Matrix Computations, 8.2.4).
 *
 * @throws OptionError, as where there are not so many pixels
 */
export async function pixelComponents(
  set: ImageSet,
  options: PixelComponentOptions,
): Promise<PrincipalComponents> {
  requireArguments("pixelComponents", { set: [anImageSet, set] });
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
  const matrix = Matrix.from1DArray(size, size, await covariance.data());
  const centre = Float64Array.from(await mean.data());
  tf.dispose([mean, covariance]);
  // A few more than are wanted, because the last ones converge slowly.
  const width = Math.min(size, components + 4);
  const start = new RandomStream(0, "orthogonal iteration").normals(width * size);
  let basis = orthonormal(Matrix.from1DArray(width, size, start).transpose());
  for (let i = 0; i < iterations; i++) {
    await work.turn();
    basis = orthonormal(matrix.mmul(basis));
  }
  // Within the basis, the eigenvectors are those of a small matrix (Rayleigh and Ritz).
  const { values, vectors } = symmetricEigen(basis.transpose().mmul(matrix.mmul(basis)));
  const found = vectors.slice(0, components).map((weights) =>
    Float64Array.from(basis.mmul(Matrix.columnVector(weights)).to1DArray())
  );
  return componentsOf(centre, found, values.slice(0, components));
}

/** The columns' span, by columns of length one at right angles. */
const orthonormal = (columns: Matrix) => new QrDecomposition(columns).orthogonalMatrix;
