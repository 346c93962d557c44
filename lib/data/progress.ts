/** How far loading is. */
import { z } from "zod";

/** A report; only what can take seconds is reported. */
export interface LoadProgress {
  phase: "downloading" | "drawing" | "reading";
  unit: "bytes" | "images";
  done: number;
  total: number;
}

/** A function that is told, as a progress bar is. */
export const progressSchema = z.custom<(progress: LoadProgress) => void>(
  (value) => typeof value === "function",
  "expected a function",
);
