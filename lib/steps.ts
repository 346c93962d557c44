/** Numbers in a row: counted, or in equal steps. */
import { aCount, aNumber, requireArguments } from "./kinds.ts";
import { OptionError, said } from "./options.ts";

/** The whole numbers from `start` to before `end`. */
export function range(start: number, end: number): Uint32Array {
  requireArguments("range", { start: [aCount, start], end: [aCount, end] });
  return Uint32Array.from({ length: end - start }, (_, i) => start + i);
}

/**
 * `n` numbers from a to b in equal steps, both ends exact; their middle where n is 1.
 *
 * @throws OptionError where n is no integer >= 1
 */
export function linearSteps(n: number, from: number, to: number): number[] {
  requireArguments("linearSteps", { from: [aNumber, from], to: [aNumber, to] });
  if (!Number.isInteger(n) || n < 1) {
    throw new OptionError(`linearSteps: n: expected an integer >= 1, got ${said(n)}`);
  }
  if (n === 1) return [(from + to) / 2];
  return Array.from({ length: n }, (_, i) => {
    const t = i / (n - 1);
    return from * (1 - t) + to * t;
  });
}
