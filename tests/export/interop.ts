/** `deno task interop`: exported models in Keras over TensorFlow and over PyTorch, which it installs. */
import { projectRoot } from "../../lib/project.ts";
import { runTask, type Task } from "../../lib/workbench/arguments.ts";

const task: Task = {
  name: "interop",
  does:
    "Installs TensorFlow, Keras and PyTorch into data/python/large (once, some GB), and compares " +
    "exported models with them; takes some minutes.",
};

/** The tests' own permissions, without foreign libraries: the portable engine needs none. */
const permissions = ["-R", "-W", "-E", "-S", "-N", "--allow-run"];

async function compare(): Promise<number> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", ...permissions, "--no-check", "tests/export/interop_python_test.ts"],
    cwd: projectRoot,
    env: { INTEROP: "1" },
  }).spawn().status;
  return code;
}

if (import.meta.main) await runTask(task, compare);
