/** Models, their networks and the tutorials' presets. */
export { layerColumn } from "./layer_table.ts";
export {
  add,
  concatenate,
  conv2d,
  conv2dTranspose,
  dense,
  flatten,
  reshape,
  upSampling2d,
} from "./layers.ts";
export {
  type AutoencoderOptions,
  createAutoencoder,
  createVae,
  type VaeOptions,
} from "./create_model.ts";
export { type Encoding, type Model, reparameterize } from "./model.ts";
export { type ModelConfig } from "./model_config.ts";
export { cifarNetworks } from "./networks/cifar_networks.ts";
export { conditionalNetworks } from "./networks/conditional_networks.ts";
export { convNetworks } from "./networks/conv_networks.ts";
export { denseNetworks } from "./networks/dense_networks.ts";
export { type Networks } from "./networks/heads.ts";
export { residualNetworks } from "./networks/residual_networks.ts";
export { upsamplingNetworks } from "./networks/upsampling_networks.ts";
export {
  type Preset,
  preset,
  type PresetChanges,
  type PresetName,
  presetNames,
  type Recipe,
} from "./presets.ts";
export { loadWeights, saveModel } from "./save.ts";
export { type TrainingSettings } from "./training_settings.ts";
