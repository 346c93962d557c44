import type { Command, ReportOf, Status } from "../../lib/live/contents.ts";

type Curves = Record<"loss" | "reconstruction" | "kl", [number, number][]>;

/** What `page/start.ts` hangs on the page, as `livePage`. */
export interface Hook {
  send(command: Command): void;
  batches: Curves;
  tests: Curves;
  status(): Status | null;
  firstPicture: number | null;
  log: ReportOf<"log"> | null;
  engine: ReportOf<"engine"> | null;
}
