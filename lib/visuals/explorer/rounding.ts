/** Weights as whole steps, rounded together so that their errors cancel in what the layer computes. */
import { CholeskyDecomposition, Matrix } from "ml-matrix";

/** Of a layer's output, rms: the error that rounding may bring. */
const tolerance = 0.004;

/** Whole steps, in signed bytes. */
export interface Steps {
  step: number;
  steps: Int8Array;
}

/** Each number to its nearest step: the largest one is 127 steps. */
export function roundAlone(values: ArrayLike<number>): Steps {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  const step = largest / 127 || 1;
  return { step, steps: Int8Array.from(values, (value) => Math.round(value / step)) };
}

/**
 * A dense layer's weights, in steps as long as the tolerance allows. Hidden units rise and fall together, so
 * what one weight loses is put onto those that are rounded after it: with A = L·Lᵀ the inputs' second moments,
 * the last input first, each takes its share L[j, i] / L[i, i] of the errors so far, and an output's mean
 * squared error is step² / 12 · Σ L[i, i]² (E. Frantar et al., GPTQ, 2022, arXiv 2210.17323).
 *
 * @param values [inputs, outputs], row-major
 * @param inputs what the layer sees of some codes, [codes, inputs]
 * @param size of its outputs, rms
 */
export function roundTogether(values: Float32Array, inputs: Matrix, size: number): Steps {
  const rows = inputs.columns, columns = values.length / rows;
  const moments = inputs.transpose().mmul(inputs).div(inputs.rows);
  moments.add(Matrix.eye(rows).mul(1e-3 * moments.trace() / rows + 1e-12));
  const L = new CholeskyDecomposition(moments).lowerTriangularMatrix;
  const spread = L.diagonal().reduce((sum, value) => sum + value * value, 0);
  const longest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const step = Math.max(tolerance * size * Math.sqrt(12 / spread), longest / 127) || 1;
  const steps = new Int8Array(values.length), errors = new Float64Array(values.length);
  const wanted = new Float64Array(columns);
  for (let i = rows - 1; i >= 0; i--) {
    for (let c = 0; c < columns; c++) wanted[c] = values[i * columns + c];
    for (let j = i + 1; j < rows; j++) {
      const share = L.get(j, i) / L.get(i, i);
      for (let c = 0; c < columns; c++) wanted[c] += share * errors[j * columns + c];
    }
    for (let c = 0; c < columns; c++) {
      const at = i * columns + c;
      steps[at] = Math.max(-127, Math.min(127, Math.round(wanted[c] / step)));
      errors[at] = values[at] - step * steps[at];
    }
  }
  return { step, steps };
}
