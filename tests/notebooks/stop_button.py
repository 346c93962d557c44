"""Drives a real Deno kernel: trains, interrupts as JupyterLab's Stop button does, goes on.

Prints one JSON object; run with the project's environment, in the notebooks' folder.
"""

import json
import re
import sys
import time

from jupyter_client.manager import start_new_kernel

folder = sys.argv[1]
manager, client = start_new_kernel(kernel_name="deno")


def collect(message_id, press_at=None, timeout=60):
    """Texts of a cell's outputs, its errors, and when it became idle; the last state of a display counts.

    Interrupts the kernel when a display's text has come to the epoch `press_at`, or to a later one.
    """
    texts, displays, errors = [], {}, []
    pressed = None
    end = time.time() + timeout
    while time.time() < end:
        try:
            message = client.get_iopub_msg(timeout=1)
        except Exception:
            if not manager.is_alive():
                return {"texts": texts, "errors": ["the kernel died"]}
            continue
        if message["parent_header"].get("msg_id") != message_id:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            texts.append(content["text"])
        elif kind in ("display_data", "update_display_data"):
            text = content["data"].get("text/plain", "")
            displays[content.get("transient", {}).get("display_id", len(displays))] = text
            epoch = re.search(r"epoch (\d+) of", text)
            if press_at and pressed is None and epoch and int(epoch[1]) >= press_at:
                pressed = time.time()
                manager.interrupt_kernel()
        elif kind == "execute_result":
            texts.append(content["data"].get("text/plain", ""))
        elif kind == "error":
            errors.append(content["evalue"])
        elif kind == "status" and content["execution_state"] == "idle":
            cell = {"texts": texts + list(displays.values()), "errors": errors}
            if pressed:
                cell["milliseconds"] = round(1000 * (time.time() - pressed))
            return cell
    return {"texts": texts, "errors": ["no end in time"]}


def run(code):
    return collect(client.execute(code))


training = """
const bar = progressBar("training");
const epochs: number[] = [];
for await (const record of train(model, smallData, { folder, workers: WORKERS, epochs: 9999, progress: bar RESUME })) {
  epochs.push(record.epoch);
}
await bar.finish();
"""
state = """
console.log("epochs", epochs.length, "weights finite", (await weightsOf(model)).every(Number.isFinite));
"""

result = {}
try:
    result["setup"] = run(f"""
import {{ useBackend }} from "../lib/compute/backend.ts";
import {{ train }} from "../lib/training/train.ts";
import {{ progressBar }} from "../lib/visuals/mod.ts";
import {{ smallData, smallModel, weightsOf }} from "../tests/training/small_run.ts";
await useBackend({{ engine: "portable", threads: 2 }});
const model = smallModel();
const folder = {json.dumps(folder)};
""")
    # While nothing trains, Stop does no harm.
    manager.interrupt_kernel()
    time.sleep(0.3)
    result["quiet"] = run("console.log(1 + 1)")
    for workers in (1, 2):
        rounds = []
        epoch = 3
        for resume in ("", ", resume: true"):
            code = training.replace("WORKERS", str(workers)).replace("RESUME", resume)
            cell = collect(client.execute(code), press_at=epoch)
            stopped = re.search(r"stopped (?:in|before) epoch (\d+)", "\n".join(cell["texts"]))
            epoch = int(stopped[1]) + 2 if stopped else epoch
            after = run(state)
            cell["texts"] += after["texts"]
            cell["errors"] += after["errors"]
            rounds.append(cell)
        result[f"workers{workers}"] = rounds
    result["after"] = run("console.log(model.parameterCount)")
    result["alive"] = manager.is_alive()
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
print(json.dumps(result))
