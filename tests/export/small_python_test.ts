/** Exported files, read by other programs in Python that are small enough for every run of the tests. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { exportSafetensors } from "../../lib/export/safetensors.ts";
import { inFolder } from "../in_folder.ts";
import { differenceOf, onnxCases, presetModel, report } from "./export_cases.ts";
import { pythonTest, pythonWith, runPython } from "./python.ts";

const packages = ["onnx==1.23.2", "onnxruntime==1.32.0", "safetensors==0.8.0"];
const python = await pythonWith("small", packages);

pythonTest(
  "exportOnnx() writes what ONNX's checker accepts and onnxruntime computes alike",
  python,
  (path) =>
    inFolder(async (folder) => {
      const cases = await onnxCases(folder);
      await Deno.writeTextFile(join(folder, "cases.json"), JSON.stringify(cases));
      const lines = (await runPython(path, ["check_onnx.py", folder])).trim().split("\n");
      const differences = cases.map((one, i) => differenceOf(JSON.parse(lines[i]), one));
      assert.deepEqual(report("onnxruntime in Python", differences), []);
    }),
);

pythonTest(
  "exportSafetensors() writes what the safetensors package reads",
  python,
  (path) =>
    inFolder(async (folder) => {
      const model = presetModel("conv-ae-2"), file = join(folder, "model.safetensors");
      await exportSafetensors(model, file);
      const { metadata, tensors } = JSON.parse(
        await runPython(path, ["check_safetensors.py", file]),
      );
      assert.deepEqual(JSON.parse(metadata.model), model.config);
      assert.deepEqual(
        tensors,
        model.variables().map((variable) => [...variable.shape, ...variable.dataSync().slice(-2)]),
      );
    }),
);
