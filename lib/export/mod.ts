/** Models as files that run elsewhere. */
export { exportKeras, type KerasFiles } from "./keras/export_keras.ts";
export { importKeras } from "./keras/import_keras.ts";
export { exportOnnx } from "./onnx/export_onnx.ts";
export { type ExportOptions } from "./origin.ts";
export { exportSafetensors } from "./safetensors.ts";
