/** A path as an option: apart from `options.ts`, so that a page without files does not carry zod. */
import { z } from "zod";
import { aFolder } from "./kinds.ts";

export const pathSchema = z.string().min(1).refine(
  aFolder.holds,
  "expected a path without a NUL byte",
);
