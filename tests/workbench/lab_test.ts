import assert from "node:assert/strict";
import { labArguments, labOptions, requireFreePort } from "../../lib/workbench/lab.ts";
import { projectRoot } from "../../lib/project.ts";

Deno.test("labOptions() takes the port and passes everything else on", () => {
  assert.deepEqual(labOptions([]), { port: 8888, others: [] });
  assert.deepEqual(labOptions(["--no-browser", "--port", "9000"]), {
    port: 9000,
    others: ["--no-browser"],
  });
  assert.deepEqual(labOptions(["--port=9001", "--debug"]), { port: 9001, others: ["--debug"] });
  assert.throws(() => labOptions(["--port", "many"]), {
    message: '--port: expected a number from 1 to 65535, got "many"',
  });
  assert.throws(() => labOptions(["--port"]), { message: /got ""$/ });
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
      args: ["run", "-A", "--quiet", "lib/workbench/lab.ts", "--port", String(port)],
      cwd: projectRoot,
      env: { NO_COLOR: "1" },
    }).output();
    assert.equal(code, 1);
    assert.match(new TextDecoder().decode(stderr), /^Port \d+ is in use[^\n]*\n$/);
  } finally {
    listener.close();
  }
});
