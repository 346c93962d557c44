/** Models as files that run elsewhere. */
export { exportOnnx } from "./onnx/export_onnx.ts";
export { type ExportOptions } from "./origin.ts";
export { exportSafetensors } from "./safetensors.ts";
