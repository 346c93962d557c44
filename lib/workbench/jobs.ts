/** Checks and tests as jobs: a few run at a time, and how each ended is counted. */

/** How many checks and tests ended which way, and the names of those that failed. */
export interface Tally {
  passed: number;
  skipped: number;
  failed: string[];
}

export const nothing = (): Tally => ({ passed: 0, skipped: 0, failed: [] });

export function add(total: Tally, { passed, skipped, failed }: Tally): void {
  total.passed += passed;
  total.skipped += skipped;
  total.failed.push(...failed);
}

export const verdict = ({ failed }: Tally) => failed.length === 0 ? "ok" : "FAILED";

/** "1 min 05 s", or "3.2 s". */
export const since = (start: number) => {
  const seconds = (performance.now() - start) / 1000;
  return seconds < 60
    ? `${seconds.toFixed(1)} s`
    : `${Math.floor(seconds / 60)} min ${`${Math.floor(seconds % 60)}`.padStart(2, "0")} s`;
};

/** What runs beside other jobs, in processes of its own. */
export interface Job {
  name: string;
  run: () => Promise<Tally>;
}

/** So many jobs at a time: one keeps one core busy, or two now and then, and waits now and then. */
export const atOnce = Math.min(3, 1 + navigator.hardwareConcurrency);

/** Runs jobs in their order, `atOnce` at a time, says how each ended, and counts over all. */
export async function runJobs(jobs: readonly Job[]): Promise<Tally> {
  const waiting = jobs.values();
  const total = nothing();
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const { name, run } of waiting) {
      const start = performance.now();
      const tally = await run();
      console.log(`${name}: ${verdict(tally)} (${since(start)})`);
      add(total, tally);
    }
  }));
  return total;
}
