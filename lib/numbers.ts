/** Numbers as the project writes them: thousands apart by commas, and a true minus sign. */

/** How exact a number is written: as it is, to six decimals, where neither is given. */
export interface NumberFormat {
  /** Exactly so many decimals. */
  decimals?: number;
  /** At most so many significant digits. */
  digits?: number;
}

/** As in `60,000`, `−156.98` with `decimals: 2`, `0.0428` with `digits: 3`. */
export function formatNumber(value: number, { decimals, digits }: NumberFormat = {}): string {
  return value.toLocaleString("en-US", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals ?? (digits === undefined ? 6 : undefined),
    maximumSignificantDigits: digits,
    // What rounds to zero has no sign.
    signDisplay: "negative",
  }).replace("-", "−");
}

/** A number with the decimals its size deserves: 157.0, 5.31, 0.0428. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  return formatNumber(value, { decimals: size >= 100 ? 1 : size >= 1 ? 2 : 4 });
}
