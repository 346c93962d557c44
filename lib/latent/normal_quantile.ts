/** Quantiles of N(0, 1): equal steps of probability become the manifold's coordinates. */
import { OptionError, said } from "../options.ts";
import { linearSteps } from "../steps.ts";

/** Numerators and denominators of AS241's three rational functions, highest power first. */
const centre = [
  [
    2.5090809287301226727e3,
    3.3430575583588128105e4,
    6.7265770927008700853e4,
    4.5921953931549871457e4,
    1.3731693765509461125e4,
    1.9715909503065514427e3,
    1.3314166789178437745e2,
    3.3871328727963666080e0,
  ],
  [
    5.2264952788528545610e3,
    2.8729085735721942674e4,
    3.9307895800092710610e4,
    2.1213794301586595867e4,
    5.3941960214247511077e3,
    6.8718700749205790830e2,
    4.2313330701600911252e1,
    1,
  ],
];
const shoulder = [
  [
    7.74545014278341407640e-4,
    2.27238449892691845833e-2,
    2.41780725177450611770e-1,
    1.27045825245236838258e0,
    3.64784832476320460504e0,
    5.76949722146069140550e0,
    4.63033784615654529590e0,
    1.42343711074968357734e0,
  ],
  [
    1.05075007164441684324e-9,
    5.47593808499534494600e-4,
    1.51986665636164571966e-2,
    1.48103976427480074590e-1,
    6.89767334985100004550e-1,
    1.67638483018380384940e0,
    2.05319162663775882187e0,
    1,
  ],
];
const tail = [
  [
    2.01033439929228813265e-7,
    2.71155556874348757815e-5,
    1.24266094738807843860e-3,
    2.65321895265761230930e-2,
    2.96560571828504891230e-1,
    1.78482653991729133580e0,
    5.46378491116411436990e0,
    6.65790464350110377720e0,
  ],
  [
    2.04426310338993978564e-15,
    1.42151175831644588870e-7,
    1.84631831751005468180e-5,
    7.86869131145613259100e-4,
    1.48753612908506148525e-2,
    1.36929880922735805310e-1,
    5.99832206555887937690e-1,
    1,
  ],
];

const polynomial = (coefficients: number[], r: number) =>
  coefficients.reduce((sum, coefficient) => sum * r + coefficient, 0);

const ratio = ([above, below]: number[][], r: number) =>
  polynomial(above, r) / polynomial(below, r);

/**
 * The x with P(X ≤ x) = p for X ~ N(0, 1), to about 1e-15 relative (Wichura 1988, Algorithm AS241,
 * PPND16). −Infinity at 0, Infinity at 1.
 *
 * @throws OptionError where p is outside [0, 1]
 * @example
 * ```ts
 * normalQuantile(0.95); // 1.6448536269514715
 * ```
 */
export function normalQuantile(p: number): number {
  if (!(typeof p === "number" && p >= 0 && p <= 1)) {
    throw new OptionError(`normalQuantile: p: expected a number in [0, 1], got ${said(p)}`);
  }
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(centre, 0.180625 - q * q);
  const nearer = q < 0 ? p : 1 - p;
  if (nearer === 0) return q < 0 ? -Infinity : Infinity;
  const r = Math.sqrt(-Math.log(nearer));
  const x = r <= 5 ? ratio(shoulder, r - 1.6) : ratio(tail, r - 5);
  return q < 0 ? -x : x;
}

/**
 * Quantiles of N(0, 1) at `n` equally spaced probabilities, ends included: between neighbours lies
 * the same share of the prior. (`tfp`'s `norm.quantile(tf.linspace(0.05, 0.95, n))`.)
 */
export function normalQuantiles(n: number, from = 0.05, to = 0.95): number[] {
  return linearSteps(n, from, to).map(normalQuantile);
}
