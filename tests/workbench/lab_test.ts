import assert from "node:assert/strict";
import { readArguments } from "../../lib/workbench/arguments.ts";
import {
  labArguments,
  labTask,
  portOf,
  requireFreePort,
  runningLab,
} from "../../lib/workbench/lab.ts";
import { projectRoot } from "../../lib/project.ts";

Deno.test("portOf() takes the port that is named, else 8888", () => {
  assert.equal(portOf({}), 8888);
  assert.equal(portOf({ port: "9000" }), 9000);
  assert.throws(() => portOf({ port: "many" }), {
    message: '--port: expected a number from 1 to 65535, got "many"',
  });
  assert.throws(() => portOf({ port: "70000" }), { message: /got "70000"$/ });
});

Deno.test("labTask passes on to JupyterLab what is not its own, but no typo", () => {
  const { values, others } = readArguments(labTask, [
    "--no-browser",
    "--port=9001",
    "--debug",
    "--config",
    "mine.py",
    "--ServerApp.ip=0.0.0.0",
  ]);
  assert.deepEqual(values, { port: "9001" });
  assert.deepEqual(others, [
    "--no-browser",
    "--debug",
    "--config",
    "mine.py",
    "--ServerApp.ip=0.0.0.0",
  ]);
  assert.throws(() => readArguments(labTask, ["--prot", "8890"]), {
    name: "WorkbenchError",
    message: "deno task lab: --prot: no such option; did you mean `--port`?",
  });
});

Deno.test("requireFreePort() says which port is in use and how to take another", () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  try {
    assert.throws(() => requireFreePort(port), {
      name: "WorkbenchError",
      message: new RegExp(`^Port ${port} is in use[^\\n]*deno task lab --port ${port + 1}`),
    });
  } finally {
    listener.close();
  }
  requireFreePort(port);
});

Deno.test("labArguments() keep JupyterLab on this machine, and from asking others", () => {
  const args = labArguments("/project", "notebooks/01_ae_vs_vae.ipynb", 9000);
  for (
    const wanted of [
      "--ServerApp.root_dir=/project",
      "--ServerApp.ip=127.0.0.1",
      "--ServerApp.port=9000",
      "--ServerApp.port_retries=0",
      "--LabApp.default_url=/lab/tree/notebooks/01_ae_vs_vae.ipynb",
      "--LabApp.extension_manager=readonly",
      "--LabApp.news_url=None",
    ]
  ) assert.ok(args.includes(wanted), wanted);
  assert.ok(!args.some((arg) => /token|password/.test(arg)), "the token stays on");
});

Deno.test("deno task lab on a busy port ends with one line and exit code 1", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  try {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "lab", "--port", String(port)],
      cwd: projectRoot,
      env: { NO_COLOR: "1" },
    }).output();
    assert.equal(code, 1);
    assert.match(new TextDecoder().decode(stderr), /^Port \d+ is in use[^\n]*\n$/);
  } finally {
    listener.close();
  }
});

Deno.test("runningLab() finds the address of the JupyterLab that listens on a port", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assert.equal(await runningLab(`${folder}/none`, 8888), null);
    const server = { port: 8888, url: "http://127.0.0.1:8888/", token: "abc" };
    await Deno.writeTextFile(`${folder}/jpserver-1.json`, JSON.stringify(server));
    await Deno.writeTextFile(`${folder}/other.json`, "no JSON");
    assert.equal(await runningLab(folder, 8889), null);
    const address = await runningLab(folder, 8888);
    assert.equal(address, "http://127.0.0.1:8888/lab?token=abc");
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    assert.throws(() => requireFreePort(port, address), /runs already: open http:\/\/127/);
    listener.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
