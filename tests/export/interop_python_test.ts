/** Keras over TensorFlow and over PyTorch, which are large: `deno task interop` installs them and runs this. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { join } from "node:path";
import { useBackend } from "../../lib/compute/backend.ts";
import { take } from "../../lib/data/image_set.ts";
import { loadMnist } from "../../lib/data/public_sets/mnist.ts";
import { treat } from "../../lib/data/treat.ts";
import { exportKeras } from "../../lib/export/keras/export_keras.ts";
import { importKeras } from "../../lib/export/keras/import_keras.ts";
import type { Model } from "../../lib/models/model.ts";
import { preset } from "../../lib/models/presets.ts";
import { objectiveTerms } from "../../lib/objective.ts";
import { RandomStream } from "../../lib/random.ts";
import { inFolder } from "../in_folder.ts";
import { differenceOf, kerasCases, report } from "./export_cases.ts";
import { pythonTest, pythonWith, runPython } from "./python.ts";

const packages = ["tensorflow-cpu==2.21.0", "keras==3.15.1", "torch==2.13.0"];
const python = Deno.env.has("INTEROP")
  ? await pythonWith("large", packages)
  : { missing: "`deno task interop` runs it" };

/** Keras's own fault (3.15.1): over PyTorch it counts the zeros of the padding, over TensorFlow it does not. */
const otherInTorch = /^averagePooling2d .*, same$/;

for (const [backend, name] of [["tensorflow", "TensorFlow"], ["torch", "PyTorch"]]) {
  pythonTest(
    `exportKeras() writes networks that Keras computes alike on ${name}`,
    python,
    (path) =>
      inFolder(async (folder) => {
        const cases = await kerasCases(folder);
        await Deno.writeTextFile(join(folder, "cases.json"), JSON.stringify(cases));
        const variables = { KERAS_BACKEND: backend };
        const said = await runPython(path, ["check_keras.py", folder], variables);
        const lines = said.split("\n").filter((line) => line.startsWith("[{"));
        const differences = cases.map((one, i) => differenceOf(JSON.parse(lines[i]), one))
          .filter(({ name }) => backend !== "torch" || !otherInTorch.test(name));
        assert.deepEqual(report(`Keras on ${name}`, differences), []);
      }),
  );
}

const count = 1000;

/** The first digits, as they are and as an IDX file. */
async function digits(folder: string) {
  const { train } = await loadMnist();
  const first = take(train, count), images = join(folder, "images.idx");
  const file = new Uint8Array(16 + first.pixels.length);
  [0x0803, count, 28, 28].forEach((word, i) => new DataView(file.buffer).setUint32(4 * i, word));
  file.set(first.pixels, 16);
  await Deno.writeFile(images, file);
  return { images, x: treat(first, "threshold").pixels };
}

/** In nats per image, at the noise that is given. */
function elbo(model: Model, x: Float32Array, eps: ArrayLike<number>): number {
  return tf.tidy(() => {
    const pixels = tf.tensor4d(x, [count, 28, 28, 1]);
    const noise = tf.tensor2d(Float32Array.from(eps), [count, 2]);
    const { reconstruction, kl } = objectiveTerms(model, pixels, pixels, noise);
    return -reconstruction.add(kl!).mean().dataSync()[0];
  });
}

pythonTest(
  "importKeras() reads what TensorFlow's tutorial trained, and gives its ELBO",
  python,
  (path) =>
    inFolder(async (folder) => {
      await useBackend({ engine: "portable" });
      const { images, x } = await digits(folder);
      const file = join(folder, "cvae.weights.h5");
      const said = await runPython(path, ["tutorial_keras.py", images, `${count}`, file]);
      const theirs = JSON.parse(said.trim().split("\n").at(-1)!);
      const model = preset("conv-vae").build();
      await importKeras(model, file);
      const ours = elbo(model, x, theirs.eps);
      console.log(`ELBO of the tutorial's weights: there ${theirs.elbo}, here ${ours}`);
      assert.ok(theirs.elbo > -350, "it was trained");
      assert.ok(Math.abs(ours - theirs.elbo) < 1e-5 * Math.abs(theirs.elbo), `${ours}`);
    }),
);

for (const script of ["train_keras.py", "train_pytorch.py"]) {
  pythonTest(
    `${script} trains an exported model further, and it comes back`,
    python,
    (path) =>
      inFolder(async (folder) => {
        await useBackend({ engine: "portable" });
        const { images, x } = await digits(folder);
        const model = preset("conv-vae").build();
        await exportKeras(model, folder);
        const options = ["--rate", "1e-3"];
        const file = `../../lib/export/further/${script}`;
        const said = await runPython(path, [file, folder, images, ...options]);
        const [before, after] = [...said.matchAll(/ELBO (-[\d.]+)/g)].map(([, number]) => +number);
        const eps = new RandomStream(1, "eps").normals(2 * count);
        const ours = [elbo(model, x, eps)];
        await importKeras(model, join(folder, "further.weights.h5"));
        ours.push(elbo(model, x, eps));
        console.log(`${script}: ELBO there ${before} → ${after}, here ${ours.join(" → ")}`);
        // Both draw one z an image: over a thousand images the means differ by some tenths of a nat.
        assert.ok(Math.abs(before - ours[0]) < 1 && Math.abs(after - ours[1]) < 2);
        assert.ok(after > before + 100);
      }),
  );
}
