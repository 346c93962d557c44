/** What two networks are told that make no model: the end that does not fit, and what to write. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { fitNetworks } from "../../lib/models/check_networks.ts";
import { dense, flatten, reshape } from "../../lib/models/layers.ts";
import type { Networks } from "../../lib/models/networks/heads.ts";
import { OptionError } from "../../lib/options.ts";

await tf.setBackend("cpu");

const encoder = (units: number) =>
  tf.sequential({ layers: [flatten({ inputShape: [4, 3, 2] }), dense({ units })] });

/** Two dense heads over one image. */
function twoHeads(first: number, second: number) {
  const x = tf.input({ shape: [4, 3, 2] });
  const h = flatten().apply(x) as tf.SymbolicTensor;
  const outputs = [first, second].map((units) => dense({ units }).apply(h) as tf.SymbolicTensor);
  return tf.model({ inputs: x, outputs });
}

const decoder = (
  latentDim: number,
  { activation, shape = [4, 3, 2] }: { activation?: "sigmoid"; shape?: number[] } = {},
) => {
  const units = shape.reduce((a, b) => a * b);
  return tf.sequential({
    layers: [
      dense({ inputShape: [latentDim], units, activation }),
      reshape({ targetShape: shape }),
    ],
  });
};

const fit = (networks: Networks, kind: "vae" | "ae" = "vae") =>
  fitNetworks(networks, { kind, numbersPerValue: 1 }, "make");

function refused(networks: Networks, words: RegExp, kind: "vae" | "ae" = "vae") {
  assert.throws(() => fit(networks, kind), (error: Error) => {
    assert.ok(error instanceof OptionError);
    assert.match(error.message, words);
    return true;
  });
}

Deno.test("fitNetworks() reads latentDim and the image's shape off the networks", () => {
  const wanted = { latentDim: 3, inputShape: [4, 3, 2] };
  assert.deepEqual(fit({ encoder: encoder(6), decoder: decoder(3) }), wanted);
  assert.deepEqual(fit({ encoder: twoHeads(3, 3), decoder: decoder(3) }), wanted);
  assert.deepEqual(fit({ encoder: encoder(3), decoder: decoder(3) }, "ae"), wanted);
});

Deno.test("fitNetworks() refuses an encoder whose output is no mean and log-variance, or no code", () => {
  refused(
    { encoder: encoder(5), decoder: decoder(2) },
    /^make: encoder: .* 5 numbers, which cannot/,
  );
  refused(
    { encoder: twoHeads(2, 3), decoder: decoder(2) },
    /its outputs have 2 and 3 numbers, expected as many: end it in `dense\(\{ units: 2 \* latentDim/,
  );
  refused({ encoder: twoHeads(2, 2), decoder: decoder(2) }, /expected one code: end it in/, "ae");
  const image = tf.sequential({
    layers: [reshape({ inputShape: [4, 3, 2], targetShape: [4, 6] })],
  });
  refused({ encoder: image, decoder: decoder(2) }, /its output is 4×6: end it in/);
});

Deno.test("fitNetworks() refuses a decoder that reads another code or draws another image", () => {
  refused(
    { encoder: encoder(4), decoder: decoder(3) },
    /^make: decoder: expected an input of 2 numbers, .*got \[3\]: write `inputShape: \[2\]`/,
  );
  refused(
    { encoder: encoder(4), decoder: decoder(2, { shape: [3, 4, 2] }) },
    /its output is 3×4×2, but the encoder reads 4×3×2/,
  );
});

Deno.test("fitNetworks() refuses a decoder that ends in an activation, behind a reshape too", () => {
  refused(
    { encoder: encoder(4), decoder: decoder(2, { activation: "sigmoid" }) },
    /it ends in sigmoid \(layer "dense_.*"\), expected logits/,
  );
});

Deno.test("fitNetworks() refuses a layer that does not train", () => {
  const frozen = encoder(4);
  frozen.layers[1].trainable = false;
  refused(
    { encoder: frozen, decoder: decoder(2) },
    /^make: encoder: layer "dense_.*": expected a layer that trains, got trainable: false/,
  );
});
