/** README's programs run as they stand. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectRoot } from "../lib/project.ts";

const readme = await Deno.readTextFile(join(projectRoot, "README.md"));
const programs = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);

/** Does something with programs as files in the project's folder, where a reader saves them. @returns what it prints */
async function deno(args: string[], ...codes: string[]): Promise<string> {
  const files = codes.map(() => join(projectRoot, `.readme_${crypto.randomUUID()}.ts`));
  try {
    for (const [i, code] of codes.entries()) await Deno.writeTextFile(files[i], code);
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...args, ...files],
      cwd: projectRoot,
      env: { NO_COLOR: "1" },
    }).output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assert.ok(success, decode(stderr));
    return decode(stdout);
  } finally {
    for (const file of files) await Deno.remove(file);
  }
}
const run = (code: string) => deno(["run", "-A", "--quiet", "--no-check"], code);

Deno.test("README's programs have right types", async () => {
  assert.equal(programs.length, 3, "each program of README has a test here");
  // All at once: the types of lib/ take longest.
  await deno(["check", "--quiet"], ...programs);
});

Deno.test("README's own network trains as it stands", async () => {
  const said = await run(programs[0]);
  const elbo = [...said.matchAll(/^(\d) (-\d+\.\d+)/gm)].map(([, epoch, value]) => ({
    epoch,
    value,
  }));
  assert.deepEqual(elbo.map(({ epoch }) => epoch), ["0", "1"]);
  // Untrained, every pixel is a fair coin: 784 ln 2 nats.
  assert.ok(Math.abs(Number(elbo[0].value) + 784 * Math.LN2) < 10, said);
  assert.ok(Number(elbo[1].value) > -400, said);
});

Deno.test("README's preset is found or trained", async (test) => {
  const there = Deno.env.get("MNIST_DIR") !== undefined;
  await test.step({
    name: there ? "found" : "found (skipped: MNIST_DIR is not set, and it would train for minutes)",
    ignore: !there,
    async fn() {
      const said = await run(programs[1]);
      assert.match(said, /^Weights: shipped with the project \(conv-vae, latentDim 10/m);
      assert.match(said, / 10$/m);
    },
  });
});

Deno.test("README's own images train as they stand", async () => {
  const said = await run(programs[2]);
  const elbo = [...said.matchAll(/^\d (-\d+\.\d+)/gm)].map(([, value]) => Number(value));
  assert.equal(elbo.length, 4);
  // Untrained, every one of 768 values is a fair coin.
  assert.ok(Math.abs(elbo[0] + 768 * Math.LN2) < 10, said);
  assert.ok(elbo[3] > -330, said);
});
