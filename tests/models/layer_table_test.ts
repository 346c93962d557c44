import assert from "node:assert/strict";
import { useBackend } from "../../lib/compute/backend.ts";
import { layerColumn } from "../../lib/models/layer_table.ts";
import { preset } from "../../lib/models/presets.ts";

Deno.test("layerColumn() says each layer's kind in words, with shape and parameters", async () => {
  await useBackend({ engine: "cpu" });
  const upsampling = preset("conv-ae-10").build(), conv = preset("conv-vae").build();
  const kinds = (part: typeof conv.encoder) => layerColumn(part).layers.map(({ kind }) => kind);
  assert.deepEqual(kinds(upsampling.decoder), [
    "input",
    "dense, relu",
    "reshape",
    "conv 3×3, relu",
    "nearest upsampling 2×2",
    "conv 3×3, relu",
    "nearest upsampling 2×2",
    "conv 3×3",
  ]);
  assert.deepEqual(kinds(conv.encoder).slice(0, 3), [
    "input",
    "conv 3×3, stride 2, relu",
    "conv 3×3, stride 2, relu",
  ]);
  assert.equal(kinds(conv.decoder).at(-1), "transposed conv 3×3");
  const { title, layers } = layerColumn(upsampling.encoder);
  assert.equal(title, "encoder");
  assert.deepEqual(layers.at(-1), {
    name: "code",
    kind: "dense",
    outputShape: [10],
    parameters: 3930,
  });
  assert.equal(layers.reduce((sum, { parameters }) => sum + parameters, 0), 5762);
  upsampling.dispose();
  conv.dispose();
});
