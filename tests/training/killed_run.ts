/** A run that goes on until it is killed; says each epoch it has finished. */
import { useBackend } from "../../lib/compute/backend.ts";
import { train } from "../../lib/training/train.ts";
import { smallData, smallModel, smallTraining } from "./small_run.ts";

await useBackend({ engine: "portable", threads: 1 });
const [folder] = Deno.args;
const options = { ...smallTraining, folder, epochs: 100_000, workers: 1 };
for await (const { epoch } of train(smallModel(), smallData, options)) {
  console.log(`epoch ${epoch}`);
}
