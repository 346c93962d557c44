"""Acts in one kernel as readers of notebook 02 do, and prints what each of its runs showed, as one JSON object.

reader.py 02_training.ipynb — run with the project's environment, in the notebooks' folder of a copy.
"""

import json
import sys
import time

from jupyter_client.manager import start_new_kernel

cells = ["".join(c["source"]) for c in json.load(open(sys.argv[1]))["cells"] if c["cell_type"] == "code"]
training = next(i for i, source in enumerate(cells) if source.strip() == "await trainAndShow();")
manager, client = start_new_kernel(kernel_name="deno")


records = {}  # by message id: the messages of several cells come in between one another


def record(message_id):
    empty = {"lines": [], "displays": {}, "errors": [], "status": None, "idle": False, "press_at": None}
    return records.setdefault(message_id, empty)


def pump():
    """Takes in what has come on both channels."""
    for channel in (client.get_iopub_msg, client.get_shell_msg):
        try:
            message = channel(timeout=0.05)
        except Exception:
            continue
        shown = record(message["parent_header"].get("msg_id"))
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            shown["lines"] += content["text"].splitlines()
        elif kind in ("display_data", "update_display_data"):
            text = content["data"].get("text/plain", "")
            shown["displays"][content.get("transient", {}).get("display_id", str(len(shown["displays"])))] = text
            if shown["press_at"] and shown["press_at"] in text:
                shown["press_at"] = None
                manager.interrupt_kernel()
        elif kind == "error":
            shown["errors"].append(content["evalue"])
        elif kind == "execute_reply":
            shown["status"] = content["status"]
        elif kind == "status":
            shown["idle"] = content["execution_state"] == "idle"


def collect(message_id, seconds=900):
    """What a cell shows: lines of text, the last state of each display, errors, how it was answered."""
    shown = record(message_id)
    end = time.time() + seconds
    while not (shown["idle"] and shown["status"]):
        if time.time() > end:
            sys.exit(f"no end of a cell in {seconds} s: {json.dumps(shown)[:2000]}")
        pump()
    return {**shown, "displays": list(shown["displays"].values())}


def run(source):
    return collect(client.execute(source))


def run_all(changed=lambda source: source, press_at=None, to=None):
    """Cells at once, as Run All sends them; what the training cell showed, and all errors. Other tests run the
    cells below the training with changed settings: `to` leaves them out."""
    asked = [client.execute(changed(source)) for source in cells[:to]]
    record(asked[training])["press_at"] = press_at
    shown = [collect(message_id) for message_id in asked]
    return {
        "training": shown[training],
        "errors": [error for cell in shown for error in cell["errors"]],
        "aborted": sum(cell["status"] == "aborted" for cell in shown),
    }


def other_latent_dim(source):
    return source.replace("latentDim: 2 }", "latentDim: 3 }")


def slow(source):
    """A run of its own, and long: more epochs of the same run would go on where that has ended."""
    return source.replace("const epochs = quick ? 4 : 10;", "const epochs = 9;").replace("seed = 1;", "seed = 5;")


result = {"cells": len(cells) - training - 1}
result["first"] = run_all(to=training + 1)
result["changed"] = run_all(other_latent_dim, to=training + 1)
result["back"] = run_all(to=training + 1)
result["trained again"] = run(cells[training])
result["stopped"] = run_all(slow, press_at="epoch 3 of 9")
result["gone on"] = run(cells[training])
manager.restart_kernel(now=True)
client.stop_channels()
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=60)
records.clear()  # the new client counts its messages from one again
result["restarted"] = run_all(to=training + 1)
client.stop_channels()
manager.shutdown_kernel(now=True)
print(json.dumps(result))
