/** A run that goes on until it is killed; says each epoch it has finished. */
import { useBackend } from "../../lib/compute/backend.ts";
import { train } from "../../lib/training/train.ts";
import { smallData, smallModel } from "./small_run.ts";

await useBackend({ engine: "portable", threads: 1 });
const [folder] = Deno.args;
for await (
  const { epoch } of train(smallModel(), smallData, { folder, epochs: 100_000, workers: 1 })
) {
  console.log(`epoch ${epoch}`);
}
