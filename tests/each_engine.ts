/** Tests that run on every engine this machine has. */
import { useBackend } from "../lib/compute/backend.ts";
import type { EngineName } from "../lib/compute/engines.ts";

/**
 * Defines one test per engine, named `onednn: …`. An engine that is not there gives a skipped test
 * whose name says why. Every test takes its engine into use first, with one thread.
 *
 * WebGPU is asked for by name only: a software adapter would make each of these tests slow.
 */
export async function eachEngine(
  name: string,
  test: (engine: EngineName) => void | Promise<void>,
  engines: EngineName[] = ["onednn", "portable", "cpu"],
): Promise<void> {
  for (const engine of engines) {
    const missing = await reasonMissing(engine);
    Deno.test({
      name: missing ? `${engine}: ${name} (skipped: ${missing})` : `${engine}: ${name}`,
      ignore: missing !== null,
      async fn() {
        await useBackend({ engine, threads: 1 });
        await test(engine);
      },
    });
  }
}

const found = new Map<EngineName, string | null>();

async function reasonMissing(engine: EngineName): Promise<string | null> {
  if (!found.has(engine)) {
    try {
      await useBackend({ engine, threads: 1 });
      found.set(engine, null);
    } catch (error) {
      found.set(engine, (error as Error).message.split("This machine has:")[0].trim());
    }
  }
  return found.get(engine)!;
}
