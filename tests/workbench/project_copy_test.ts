import assert from "node:assert/strict";
import { join } from "node:path";
import { exists } from "../../lib/files.ts";
import { copyProject } from "../../lib/workbench/project_copy.ts";

Deno.test("copyProject() copies what belongs to the project, links the digits, and goes again", async () => {
  const root = await Deno.makeTempDir({ prefix: "vae_project_" });
  const write = async (path: string) => {
    await Deno.mkdir(join(root, path, ".."), { recursive: true });
    await Deno.writeTextFile(join(root, path), path);
  };
  try {
    for (
      const path of [
        "deno.json",
        "lib/data/idx.ts",
        "notebooks/01.ipynb",
        "notebooks/.ipynb_checkpoints/01.ipynb",
        ".venv/bin/python",
        ".git/HEAD",
        "data/pretrained/run/run.json",
        "data/runs/run/run.json",
        "data/mnist/digits",
      ]
    ) await write(path);
    let folder = "";
    {
      await using copy = await copyProject(root);
      folder = copy.folder;
      const there = (path: string) => exists(join(folder, path));
      for (const path of ["deno.json", "lib/data/idx.ts", "data/pretrained/run/run.json"]) {
        assert.equal(await Deno.readTextFile(join(folder, path)), path);
      }
      for (const path of [".venv", ".git", "data/runs", "notebooks/.ipynb_checkpoints"]) {
        assert.equal(await there(path), false, path);
      }
      assert.equal(await Deno.readTextFile(join(folder, "data/mnist/digits")), "data/mnist/digits");
      await Deno.writeTextFile(join(folder, "notebooks/01.ipynb"), "executed");
    }
    assert.equal(await exists(folder), false);
    assert.equal(await Deno.readTextFile(join(root, "notebooks/01.ipynb")), "notebooks/01.ipynb");
    assert.equal(await exists(join(root, "data/mnist/digits")), true);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
