import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import { Codes } from "../../lib/data/codes.ts";
import { principalComponents, symmetricEigen } from "../../lib/latent/principal_components.ts";
import { RandomStream } from "../../lib/random.ts";

const near = (a: number, b: number, tolerance = 1e-9) =>
  assert.ok(Math.abs(a - b) <= tolerance, `${a} is not within ${tolerance} of ${b}`);

Deno.test("symmetricEigen() equals hand values", () => {
  const { values, vectors } = symmetricEigen(new Matrix([[2, 1], [1, 2]]));
  near(values[0], 3);
  near(values[1], 1);
  near(Math.abs(vectors[0][0]), Math.SQRT1_2);
  near(vectors[0][0], vectors[0][1]);
  near(vectors[1][0], -vectors[1][1]);
});

Deno.test("symmetricEigen() rebuilds a random 60×60 matrix from orthonormal vectors", () => {
  const n = 60, random = new RandomStream(1, "test");
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) matrix[i * n + j] = matrix[j * n + i] = random.normal();
  }
  const { values, vectors } = symmetricEigen(Matrix.from1DArray(n, n, matrix));
  for (let i = 0; i < n; i++) {
    if (i) assert.ok(values[i] <= values[i - 1]);
    for (let j = 0; j < n; j++) {
      let dot = 0, rebuilt = 0;
      for (let k = 0; k < n; k++) {
        dot += vectors[i][k] * vectors[j][k];
        rebuilt += values[k] * vectors[k][i] * vectors[k][j];
      }
      near(dot, i === j ? 1 : 0, 1e-10);
      near(rebuilt, matrix[i * n + j], 1e-10);
    }
  }
});

/** Codes in three dimensions, spread 3 along (1, 1, 0)/√2, 1 along (1, −1, 0)/√2, 0.1 along z, about (5, 0, −2). */
function slantedCodes(count: number): Codes {
  const random = new RandomStream(3, "test"), codes = new Float32Array(count * 3);
  for (let i = 0; i < count; i++) {
    const [u, v, w] = [3 * random.normal(), random.normal(), 0.1 * random.normal()];
    codes.set([5 + (u + v) * Math.SQRT1_2, (u - v) * Math.SQRT1_2, -2 + w], i * 3);
  }
  return new Codes(codes, 3);
}

Deno.test("principalComponents() finds mean, directions and variances of slanted codes", () => {
  const pca = principalComponents(slantedCodes(20_000));
  [5, 0, -2].forEach((wanted, i) => near(pca.mean[i], wanted, 0.06));
  [9, 1, 0.01].forEach((wanted, i) => near(pca.variances[i] / wanted, 1, 0.04));
  [Math.SQRT1_2, Math.SQRT1_2, 0].forEach((wanted, i) => near(pca.components[0][i], wanted, 0.02));
});

Deno.test("principalComponents() unproject() undoes project(); fewer components keep the plane", () => {
  const pca = principalComponents(slantedCodes(200)), codes = slantedCodes(200).values;
  const back = pca.unproject(pca.project(codes));
  codes.forEach((value, i) => near(back[i], value, 1e-5));
  const flat = pca.unproject(pca.project(codes, 2), 2);
  assert.ok(flat.some((value, i) => Math.abs(value - codes[i]) > 0.05));
  const again = pca.unproject(pca.project(flat, 2), 2);
  flat.forEach((value, i) => near(again[i], value, 1e-5));
});

Deno.test("principalComponents() makes the largest entry of each component positive", () => {
  for (let seed = 0; seed < 20; seed++) {
    const codes = new RandomStream(seed, "test").normals(40 * 4);
    for (const component of principalComponents(new Codes(codes, 4)).components) {
      assert.equal(Math.max(...component), Math.max(...component.map(Math.abs)));
    }
  }
});

Deno.test("principalComponents() works for one dimension and one code, refuses none", () => {
  const of = (values: number[], latentDim: number) =>
    principalComponents(new Codes(values, latentDim));
  assert.deepEqual([...of([1, 3], 1).variances], [2]);
  assert.deepEqual([...of([1, 3], 2).variances], [0, 0]);
  assert.throws(() => of([], 2), /expected rows of 2 numbers, got 0 numbers/);
});
