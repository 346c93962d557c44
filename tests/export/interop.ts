/** `deno task interop`: installs Keras, TensorFlow and PyTorch for the tests that compare with them, and runs those. */
import { large } from "./python.ts";

console.log("Installing TensorFlow, Keras and PyTorch into data/python/large (once; 2 to 7 GB) …");
const python = await large({ install: true });
if ("missing" in python) {
  console.error(python.missing);
  Deno.exit(1);
}
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["test", "-A", "--no-check", new URL("interop_python_test.ts", import.meta.url).pathname],
}).spawn().status;
Deno.exit(code);
