/** `lib/` is a package: `name`, `version` and `exports` of deno.json. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { exists } from "../../lib/files.ts";
import { projectRoot } from "../../lib/project.ts";

const { name, version, exports } = JSON.parse(
  await Deno.readTextFile(join(projectRoot, "deno.json")),
) as { name: string; version: string; exports: Record<string, string> };

Deno.test("deno.json exports every room's mod.ts, and nothing else", async () => {
  const rooms = [];
  for await (const room of Deno.readDir(join(projectRoot, "lib"))) {
    const door = `lib/${room.name}/mod.ts`;
    if (await exists(join(projectRoot, door))) rooms.push([`./${room.name}`, `./${door}`]);
  }
  assert.deepEqual(exports, { ".": "./lib/mod.ts", ...Object.fromEntries(rooms.sort()) });
});

Deno.test("a program in another folder imports lib/ by the package's name", async () => {
  const folder = await Deno.makeTempDir({ prefix: "vae_package_" });
  try {
    await Deno.writeTextFile(
      join(folder, "deno.json"),
      JSON.stringify({
        links: [projectRoot],
        imports: { "autoencoders/": `jsr:/${name}@${version}/` },
        // As in the project itself: fonts and a wasm file are imported as bytes.
        unstable: ["raw-imports"],
      }),
    );
    await Deno.writeTextFile(
      join(folder, "program.ts"),
      `import { preset } from "autoencoders/models";
       import { imageGrid } from "autoencoders/visuals";
       import { Images } from "autoencoders/data";
       console.log(preset("dense-vae").build().parameterCount);
       console.log(imageGrid(new Images(new Float32Array(784), [28, 28, 1])).channels);`,
    );
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-lock", "program.ts"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    // 784·256 + 256, 256·4 + 4 of two heads; back 2·256 + 256, 256·784 + 784.
    const count = 784 * 256 + 256 + 256 * 4 + 4 + 2 * 256 + 256 + 256 * 784 + 784;
    assert.deepEqual(new TextDecoder().decode(stdout).trim().split("\n"), [`${count}`, "1"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
