/** Makes a checkpoint another one, as if the run had written it so. */
import type { Position } from "../../lib/training/checkpoint.ts";
import type { RunRecord } from "../../lib/training/records.ts";
import { removeIfThere } from "../../lib/files.ts";
import { readWhole, writeWhole } from "../../lib/whole_folder.ts";

export async function editCheckpoint(
  folder: string,
  edit: (checkpoint: { position: Position; run: RunRecord }) => void,
): Promise<void> {
  const place = `${folder}/model`;
  const files = new Map(await readWhole(place));
  const checkpoint = JSON.parse(new TextDecoder().decode(files.get("checkpoint.json")));
  edit(checkpoint);
  const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  files.set("checkpoint.json", text(checkpoint));
  await removeIfThere(place);
  await writeWhole(place, files);
  await Deno.writeFile(`${folder}/run.json`, text(checkpoint.run));
}
