import assert from "node:assert/strict";
import { join } from "node:path";
import { differenceOf, onnxCases, report } from "./export_cases.ts";
import { pythonTest, pythonWith, runPython } from "./python.ts";

const packages = ["onnx==1.23.2", "onnxruntime==1.32.0"];
const python = await pythonWith("onnx", packages);

pythonTest(
  "exportOnnx() writes what ONNX's checker accepts and onnxruntime computes alike",
  python,
  async (path) => {
    const folder = await Deno.makeTempDir();
    try {
      const cases = await onnxCases(folder);
      await Deno.writeTextFile(join(folder, "cases.json"), JSON.stringify(cases));
      const lines = (await runPython(path, "check_onnx.py", folder)).trim().split("\n");
      const differences = cases.map((one, i) => differenceOf(JSON.parse(lines[i]), one));
      assert.deepEqual(report("onnxruntime in Python", differences), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
