/** What a reader does in an explorer, as a value that can be passed on. */

/** What a reader does: of several explorers side by side all do it. */
export type Move =
  /** To a place on the plane. */
  | { to: number[] }
  /** One coordinate to a value. */
  | { dimension: number; value: number }
  /** To an image that came along. */
  | { image: number }
  /** To a drawing as the pad gives it; null where it was wiped. */
  | { drawn: Float32Array | null }
  /** The codes of one class alone, by its place; null for all. */
  | { only: number | null }
  | "home";
