import assert from "node:assert/strict";
import { projectRoot } from "../../lib/project.ts";
import { helpText, readArguments, type Task } from "../../lib/workbench/arguments.ts";

const task: Task = {
  name: "run",
  does: "Executes notebooks.",
  options: { quick: { does: "less data" }, out: { value: "FOLDER", does: "where to" } },
  names: "[notebook…]",
};

Deno.test("readArguments() tells switches, values and names apart", () => {
  const { switches, values, names } = readArguments(task, ["02", "--quick", "--out", "a", "03"]);
  assert.deepEqual([...switches], ["quick"]);
  assert.deepEqual(values, { out: "a" });
  assert.deepEqual(names, ["02", "03"]);
  assert.deepEqual(readArguments(task, ["--out=b=c"]).values, { out: "b=c" });
  assert.deepEqual([...readArguments(task, ["--help"]).switches], ["help"]);
});

Deno.test("readArguments() refuses what the task does not know, with a guess", () => {
  const refused = (args: string[], message: string, of = task) =>
    assert.throws(() => readArguments(of, args), {
      name: "WorkbenchError",
      message: `deno task ${message}`,
    });
  refused(["--quik"], "run: --quik: no such option; did you mean `--quick`?");
  refused(["--colour"], "run: --colour: no such option; known: --quick, --out, --help");
  refused(["--quick=1"], 'run: --quick: expected no value, got "1"');
  refused(["--out"], "run: --out: expected FOLDER");
  refused(["02"], 'site: expected nothing but options, got "02"', { name: "site", does: "" });
});

Deno.test("helpText() lists every option with what it does", () => {
  assert.equal(
    helpText(task),
    [
      "deno task run [--quick] [--out FOLDER] [notebook…]",
      "Executes notebooks.",
      "  --quick       less data",
      "  --out FOLDER  where to",
    ].join("\n"),
  );
});

Deno.test("each task answers --help and refuses an option it does not know", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${projectRoot}/deno.json`));
  // Each with its own permissions, up to the file.
  const commands = Object.values<string>(tasks).map((command) => command.match(/run .*?\.ts/)![0]);
  const run = async (command: string, arg: string) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...command.split(" "), arg],
      cwd: projectRoot,
      env: { NO_COLOR: "1" },
    }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { code, out, err };
  };
  for (const command of new Set(commands)) {
    const help = await run(command, "--help");
    assert.equal(help.code, 0, `${command}: ${help.err}`);
    assert.match(help.out, /^deno task \w+/, command);
    const typo = await run(command, "--hlep");
    assert.equal(typo.code, 1, command);
    assert.match(typo.err, /^deno task \w+: --hlep: no such option; did you mean `--help`\?\n$/);
  }
});
