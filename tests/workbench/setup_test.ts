import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { projectRoot } from "../../lib/project.ts";
import { findOnednn, type OnednnLibrary } from "../../lib/compute/onednn/library.ts";
import {
  environmentPaths,
  type Outcome,
  runCommand,
  WorkbenchError,
} from "../../lib/workbench/environment.ts";
import { acceleratorPackages, trialArguments } from "../../lib/workbench/setup/accelerator.ts";
import { atLeast, pythonPackages, type SetUpOptions } from "../../lib/workbench/setup/python.ts";
import { setUp } from "../../lib/workbench/setup.ts";

const fine: Outcome = { code: 0, stdout: "", stderr: "" };
const missing: Outcome = { code: 127, stdout: "", stderr: "" };
const broken = (stderr: string): Outcome => ({ code: 1, stdout: "", stderr });

/** A machine made up: what Python, venv and pip answer, and which commands were given. */
function machine(
  answers: Partial<Record<"python" | "venv" | "pip" | "wheel" | "tried", Outcome>> = {},
  os = "linux",
) {
  const root = Deno.makeTempDirSync({ prefix: "vae_setup_" });
  const commands: string[] = [];
  const said: string[] = [];
  const { folder, python } = environmentPaths(root, os);
  const packages = join(folder, "lib", "python3.12", "site-packages");
  const touch = (path: string) => {
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeTextFileSync(path, "");
  };
  const install = (requirements: string[]) => {
    for (const requirement of requirements) {
      const name = requirement.replaceAll("-", "_").replace("==", "-");
      Deno.mkdirSync(join(packages, `${name}.dist-info`), { recursive: true });
    }
  };
  const run: SetUpOptions["run"] = (program, args) => {
    commands.push([program, ...args].join(" ").replaceAll(root, ""));
    let outcome = fine;
    if (args.includes("-c")) outcome = answers.python ?? { ...fine, stdout: "3.12\n" };
    else if (args.includes("venv")) {
      outcome = answers.venv ?? fine;
      touch(python); // venv leaves a half-made environment even where it fails
    } else if (args.includes("pip")) {
      const requirements = args.filter((arg) => arg.includes("=="));
      const accelerator = Object.values(acceleratorPackages).find(({ wheel }) =>
        wheel === requirements[0]
      );
      outcome = (accelerator ? answers.wheel : answers.pip) ?? fine;
      if (outcome.code === 0) install(requirements);
      if (outcome.code === 0 && accelerator) touch(join(folder, accelerator.library));
    } else if (args.at(-1)!.endsWith("try_accelerator.ts")) outcome = answers.tried ?? fine;
    return Promise.resolve(outcome);
  };
  const options: SetUpOptions = {
    root,
    run,
    say: (line) => said.push(line),
    denoVersion: "2.9.8",
    denoPath: "/somewhere/deno",
    os,
  };
  return {
    options,
    commands,
    said,
    root,
    [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }),
  };
}

/** One sentence, in one line, that ends. */
async function refuses(options: SetUpOptions, message: RegExp) {
  await assert.rejects(setUp(options), (error: Error) => {
    assert.ok(error instanceof WorkbenchError, String(error));
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });
}

Deno.test("setUp() makes the environment, installs the pinned packages and names this Deno", async () => {
  using place = machine();
  const { accelerator, python } = await setUp(place.options);
  assert.equal(python, join(place.root, ".venv/bin/python"));
  assert.deepEqual(place.commands.map((line) => line.split(" ").slice(0, 4).join(" ")), [
    "python3 -c import sys;",
    "python3 -m venv /.venv",
    "/.venv/bin/python -m pip install",
    "/.venv/bin/python -m pip install",
    "/somewhere/deno run -R -E",
  ]);
  assert.match(
    place.commands[2],
    /jupyterlab==4\.6\.6 nbclient==0\.11\.0 nbconvert==7\.17\.2 jsonschema==4\.24\.1$/,
  );
  const library = join(place.root, ".venv/lib/libdnnl.so.3");
  assert.equal(accelerator, library);
  assert.deepEqual(
    JSON.parse(await Deno.readTextFile(environmentPaths(place.root, "linux").kernel)),
    {
      argv: [
        python,
        join(place.root, "lib/workbench/kernel.py"),
        "/somewhere/deno",
        "{connection_file}",
      ],
      display_name: "Deno",
      language: "typescript",
      interrupt_mode: "signal",
      env: { OMP_WAIT_POLICY: "passive", ONEDNN_LIBRARY: library },
    },
  );
  const { labSettings } = environmentPaths(place.root, "linux");
  assert.deepEqual(JSON.parse(await Deno.readTextFile(labSettings)), {
    "@jupyterlab/apputils-extension:notification": { fetchNews: "false" },
  });
});

Deno.test("setUp() run twice does nothing twice", async () => {
  using place = machine();
  await setUp(place.options);
  const { kernel } = environmentPaths(place.root, "linux");
  const written = (await Deno.stat(kernel)).mtime;
  place.commands.length = place.said.length = 0;
  await setUp(place.options);
  assert.deepEqual(place.commands, []);
  assert.deepEqual(place.said, []);
  assert.deepEqual((await Deno.stat(kernel)).mtime, written);
});

Deno.test("setUp() names another Deno in the kernelspec when another one runs it", async () => {
  using place = machine();
  await setUp(place.options);
  await setUp({ ...place.options, denoPath: "/elsewhere/deno" });
  const text = await Deno.readTextFile(environmentPaths(place.root, "linux").kernel);
  assert.equal(JSON.parse(text).argv[2], "/elsewhere/deno");
});

Deno.test("setUp() goes on without the accelerator, says so once and asks no more", async () => {
  const wheel = broken("ERROR: No matching distribution found for onednn-cpu-gomp==2023.2.0");
  using place = machine({ wheel });
  assert.equal((await setUp(place.options)).accelerator, null);
  assert.equal(place.said.filter((line) => line.includes("accelerator")).length, 1);
  const { kernel } = environmentPaths(place.root, "linux");
  assert.deepEqual(JSON.parse(await Deno.readTextFile(kernel)).env, {
    OMP_WAIT_POLICY: "passive",
  });
  place.said.length = 0;
  assert.equal((await setUp(place.options)).accelerator, null);
  assert.deepEqual(place.said, []);
});

Deno.test("setUp() tries a new accelerator in a process of its own, and takes away what does not work", async () => {
  using place = machine({ tried: broken("error: Uncaught Error: oneDNN trains to NaN") });
  const library = join(place.root, ".venv/lib/libdnnl.so.3");
  assert.equal((await setUp(place.options)).accelerator, null);
  assert.match(place.commands.at(-1)!, /^\/somewhere\/deno run .*try_accelerator\.ts$/);
  assert.match(place.said.at(-1)!, /onednn-cpu-gomp==2023\.2\.0 does not work here/);
  await assert.rejects(Deno.stat(library), Deno.errors.NotFound);
  place.commands.length = 0;
  assert.equal((await setUp(place.options)).accelerator, null);
  assert.deepEqual(place.commands, []);

  const refused = join(place.root, ".venv/no-accelerator");
  await Deno.writeTextFile(refused, "an older wheel: was refused\n");
  await setUp(place.options);
  assert.match(place.commands.join("\n"), /onednn-cpu-gomp==2023\.2\.0$/m);

  using offline = machine({ tried: broken("error: Import failed: connection refused") });
  const kept = (await setUp(offline.options)).accelerator;
  assert.equal(kept, join(offline.root, ".venv/lib/libdnnl.so.3"));
});

Deno.test("setUp() takes each system's accelerator, and asks for none where there is none", async () => {
  using windows = machine({}, "windows");
  const { accelerator } = await setUp(windows.options);
  assert.equal(accelerator, join(windows.root, ".venv/Library/bin/dnnl.dll"));
  assert.ok(windows.commands.some((line) => line.endsWith("onednn-cpu-vcomp==2023.2.0")));
  const { kernel } = environmentPaths(windows.root, "windows");
  const { interrupt_mode, env } = JSON.parse(await Deno.readTextFile(kernel));
  assert.deepEqual([interrupt_mode, env.ONEDNN_LIBRARY], ["message", accelerator]);

  using mac = machine({}, "darwin");
  assert.equal((await setUp(mac.options)).accelerator, null);
  assert.ok(!mac.commands.join().includes("onednn"));
  assert.ok(!mac.said.join().includes("accelerator"));
});

const onednn = findOnednn();
const absent = typeof onednn === "string" ? ` (skipped: ${onednn})` : "";
Deno.test({
  name:
    `try_accelerator.ts ends well with a library that computes, and says what another lacks${absent}`,
  ignore: absent !== "",
  async fn() {
    const attempt = (library: string) =>
      runCommand(Deno.execPath(), [...trialArguments, "lib/workbench/try_accelerator.ts"], {
        cwd: projectRoot,
        env: { ONEDNN_LIBRARY: library, NO_COLOR: "1" },
      });
    const { path } = onednn as OnednnLibrary;
    assert.deepEqual(await attempt(path), { code: 0, stdout: "", stderr: "" });
    const { code, stderr } = await attempt("/nowhere/libdnnl.so.3");
    assert.equal(code, 1);
    assert.match(stderr, /\/nowhere\/libdnnl\.so\.3 cannot be opened/);
  },
});

Deno.test("setUp() asks for the accelerator again where only the network failed", async () => {
  using place = machine({ wheel: broken("WARNING: Retrying after connection broken by …") });
  await setUp(place.options);
  place.commands.length = 0;
  await setUp(place.options);
  assert.equal(place.commands.length, 1);
});

Deno.test("setUp() without Python says what to install", async () => {
  using place = machine({ python: missing });
  await refuses(place.options, /^No Python was found: install Python 3\.10 or newer/);
});

Deno.test("setUp() with Python 3.9 says that it is too old", async () => {
  using place = machine({ python: { ...fine, stdout: "3.9\n" } });
  await refuses(place.options, /^Python 3\.9 is too old: install Python 3\.10 or newer/);
});

Deno.test("setUp() without Python's venv module names the package, and leaves no half environment", async () => {
  using place = machine({
    venv: broken(
      "The virtual environment was not created successfully because ensurepip is not available.",
    ),
  });
  await refuses(place.options, /venv module is missing: .*sudo apt install python3-venv/);
  assert.deepEqual([...Deno.readDirSync(place.root)], []);
});

Deno.test("setUp() without network says so", async () => {
  using place = machine({
    pip: broken(
      "WARNING: Retrying: NewConnectionError('Failed to establish a new connection: " +
        "[Errno -3] Temporary failure in name resolution')\nERROR: No matching distribution found for jupyterlab==4.6.6",
    ),
  });
  await refuses(place.options, /index could not be reached: connect to the network/);
});

Deno.test("setUp() passes on pip's own reason for any other failure", async () => {
  using place = machine({ pip: broken("ERROR: No space left on device") });
  await refuses(place.options, /^JupyterLab could not be installed: No space left on device$/);
});

Deno.test("setUp() with an old Deno says how to get a newer one", async () => {
  using place = machine();
  await refuses(
    { ...place.options, denoVersion: "2.9.3" },
    /needs Deno 2\.9\.4 .* this is Deno 2\.9\.3/,
  );
  assert.deepEqual(place.commands, []);
});

Deno.test("setUp() on Windows uses its launcher and folders", async () => {
  using place = machine({ python: missing });
  await refuses({ ...place.options, os: "windows" }, /No Python was found/);
  assert.deepEqual(place.commands.map((line) => line.split(" ")[0]), ["py", "python", "python3"]);
  assert.match(environmentPaths(place.root, "windows").python, /Scripts.python\.exe$/);
});

Deno.test("atLeast() compares number by number", () => {
  assert.equal(atLeast("2.10.0", [2, 9, 4]), true);
  assert.equal(atLeast("2.9.4", [2, 9, 4]), true);
  assert.equal(atLeast("2.9.3+abc", [2, 9, 4]), false);
  assert.equal(atLeast("3", [2, 9, 4]), true);
});

Deno.test("pythonPackages are pinned exactly", () => {
  for (const version of Object.values(pythonPackages)) assert.match(version, /^\d+\.\d+\.\d+$/);
});

const bare = Deno.build.os === "windows";
Deno.test({
  name: `deno task setup without Python ends with one line and exit code 1${
    bare ? " (skipped: posix)" : ""
  }`,
  ignore: bare,
  async fn() {
    const root = await Deno.makeTempDir({ prefix: "vae_setup_" });
    try {
      const room = join(root, "lib", "workbench");
      for (const folder of [join(room, "setup"), join(root, "lib", "data", "public_sets")]) {
        await Deno.mkdir(folder, { recursive: true });
      }
      for (
        const file of [
          "workbench/setup.ts",
          "workbench/setup/accelerator.ts",
          "workbench/setup/jupyter.ts",
          "workbench/setup/python.ts",
          "workbench/arguments.ts",
          "workbench/environment.ts",
          "data/public_sets/variables.ts",
          "files.ts",
          "nearest.ts",
          "project.ts",
        ]
      ) await Deno.copyFile(join(projectRoot, "lib", file), join(root, "lib", file));
      for (const file of ["deno.json", "deno.lock"]) {
        await Deno.copyFile(join(projectRoot, file), join(root, file));
      }
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", join(room, "setup.ts")],
        cwd: root,
        env: { PATH: root, NO_COLOR: "1" },
      }).output();
      const decoder = new TextDecoder();
      assert.equal(code, 1);
      assert.match(decoder.decode(stderr), /^No Python was found: [^\n]+\n$/);
      assert.equal(decoder.decode(stdout), "");
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
});
