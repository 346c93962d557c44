/** What `pack.ts` writes, `page/unpack.ts` reads. */
import assert from "node:assert/strict";
import { inflateRawSync } from "node:zlib";
import type { LayerSpec } from "../../lib/latent/layer_export.ts";
import { RandomStream } from "../../lib/random.ts";
import { Packer } from "../../lib/visuals/explorer/pack.ts";
import {
  inflate,
  readBytes,
  readFloats,
  readLayers,
} from "../../lib/visuals/explorer/page/unpack.ts";

const normals = (count: number, name = "weights") => new RandomStream(3, name).normals(count);

function bytesOf(packer: Packer): Uint8Array {
  return inflateRawSync(Uint8Array.fromBase64(packer.base64()));
}

Deno.test("Packer halves come back with eleven significant bits, subnormals included", () => {
  const values = [0, 1, -2.5, 65504, 2 ** -24, -6.1e-5, 1 / 3];
  const packer = new Packer();
  const packed = packer.halves(values);
  const read = readFloats(bytesOf(packer), packed);
  assert.deepEqual([...read.slice(0, 5)], [0, 1, -2.5, 65504, 2 ** -24]);
  assert.ok(Math.abs(read[6] - 1 / 3) < 2 ** -12 / 3);
});

Deno.test("Packer.layers() int8 keeps every weight within half a step of its channel", () => {
  for (const kind of ["conv2d", "conv2dTranspose"] as const) {
    const shape = [3, 3, 4, 6];
    const outputAxis = kind === "conv2d" ? 3 : 2;
    const inner = kind === "conv2d" ? 1 : 6;
    const channelOf = (i: number) => Math.floor(i / inner) % shape[outputAxis];
    const data = normals(3 * 3 * 4 * 6).map((value, i) => value * 10 ** (channelOf(i) - 3));
    const spec: LayerSpec = {
      kind,
      name: "conv",
      activation: "linear",
      outputShape: [8, 8, shape[outputAxis]],
      kernel: { shape, data },
      bias: null,
      strides: [1, 1],
      padding: "same",
    };
    const packer = new Packer();
    const packed = packer.layers([spec], "int8");
    const [layer] = readLayers(bytesOf(packer), packed);
    assert.ok("kernel" in layer);
    assert.deepEqual(layer.kernel.shape, shape);
    const largest = new Float64Array(shape[outputAxis]);
    data.forEach((v, i) => largest[channelOf(i)] = Math.max(largest[channelOf(i)], Math.abs(v)));
    data.forEach((value, i) => {
      // Half a step, and as much again at most for a step that was rounded to a half.
      const limit = 0.6 * largest[channelOf(i)] / 127;
      assert.ok(Math.abs(layer.kernel.data[i] - value) <= limit, `${kind} weight ${i}`);
    });
  }
});

Deno.test("Packer.nibbles() takes the nearest of sixteen greys, and on which side of 0.5 each pixel lies", () => {
  const grey = Uint8Array.from({ length: 256 }, (_, i) => i);
  const packer = new Packer();
  const packed = packer.nibbles(grey);
  const read = readBytes(bytesOf(packer), packed);
  assert.equal(bytesOf(packer).length, 128);
  read.forEach((value, i) => {
    assert.ok(Math.abs(value - i) <= 8, `${i} became ${value}`);
    assert.equal(value > 127.5, i > 127.5);
  });
});

Deno.test("inflate() gives back what Packer.base64() deflated", async () => {
  const packer = new Packer();
  packer.bytes(Uint8Array.of(3, 1, 4));
  packer.nibbles(Uint8Array.of(255, 16));
  assert.deepEqual(await inflate(packer.base64()), Uint8Array.of(3, 1, 4, 0x1f));
});
