/** What a preset's run would be, without training one. */
import { identityApartFromData } from "../../lib/models/identity.ts";
import { preset, type PresetChanges, type PresetName } from "../../lib/models/presets.ts";

/** The fields of a `run.json` that say what was trained, apart from the images. */
export function runOf(name: PresetName, changes: PresetChanges = {}) {
  const { build, training } = preset(name, changes);
  const model = build();
  try {
    return identityApartFromData(model, training);
  } finally {
    model.dispose();
  }
}
