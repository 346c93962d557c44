"""Drives the project's kernel as a notebook does, and worse. Prints one JSON object.

Run with the project's environment, in the notebooks' folder.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import time
import uuid

from jupyter_client.manager import start_new_kernel

# Kernels inherit it: others run beside these, of other tests or of the reader's.
MARK = f"KERNEL_TEST={uuid.uuid4()}"
os.environ.update([MARK.split("=")])
OUTPUTS = ("stream", "display_data", "execute_result", "error")


class Notebook:
    def __init__(self):
        self.manager, self.client = start_new_kernel(kernel_name="deno")

    def send(self, code, **options):
        return self.client.execute(code, **options)

    def collect(self, ids, seconds=60):
        """Replies and outputs, by the message they answer; outputs that answer none of them under ""."""
        cells = {message_id: {"reply": None, "outputs": [], "idle": 0} for message_id in [*ids, ""]}
        end = time.time() + seconds
        while time.time() < end and not all(cells[one]["reply"] and cells[one]["idle"] for one in ids):
            for ask in (self.client.get_shell_msg, self.client.get_iopub_msg):
                try:
                    message = ask(timeout=0.005)
                except queue.Empty:
                    continue
                cell = cells.get(message["parent_header"].get("msg_id"), cells[""])
                content, kind = message["content"], message["msg_type"]
                if kind == "execute_reply":
                    cell["reply"] = content
                elif kind == "status" and content["execution_state"] == "idle":
                    cell["idle"] += 1
                elif kind in OUTPUTS:
                    # What comes after idle is lost to a front end that has stopped to listen.
                    late = "late: " if cell["idle"] else ""
                    text = content.get("text") or content.get("evalue") or content["data"]["text/plain"]
                    cell["outputs"].append(late + text)
                    if kind == "error":
                        cell["traceback"] = content["traceback"]
        return [cells[one] for one in ids] + [cells[""]]

    def run(self, code, **options):
        return self.collect([self.send(code, **options)])[0]

    def stop(self):
        self.manager.interrupt_kernel()

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def denos():
    """The processes of Deno kernels that this program has started."""
    asked = subprocess.run(["pgrep", "-f", "jupyter --kernel --conn"], capture_output=True, text=True)
    return {process for process in asked.stdout.split() if is_ours(process)}


def is_ours(process):
    try:
        with open(f"/proc/{process}/environ") as file:
            return MARK in file.read()
    except FileNotFoundError:
        return not os.path.exists("/proc")  # gone; or a system that tells no environment


def until(holds, seconds=20):
    """Waits for what a busy machine may take long for."""
    end = time.time() + seconds
    while not holds() and time.time() < end:
        time.sleep(0.05)


def statuses(cells):
    return [cell["reply"] and cell["reply"]["status"] for cell in cells[:-1]]


result = {}
others = denos()
notebook = Notebook()
try:
    # Refused cells say why.
    result["syntax"] = notebook.run("const fine = 1;\n\nconsst epochs = 3;")
    result["package"] = notebook.run('import { x } from "npm:no-such-package-of-anyone";\nx;')
    result["misplaced"] = notebook.run('import { x } from "../../lib/models/mod.ts";')
    result["thrown"] = notebook.run('throw new RangeError("latentDim: expected an integer >= 1, got 0");')

    # Outputs: all cells sent at once, each ends with what it prints or with a bare value.
    codes = [f'console.log("line {i}");' if i % 2 else f"`value {i}`" for i in range(200)]
    busy = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(3 if "--busy" in sys.argv else 0)]
    started = time.time()
    cells = notebook.collect([notebook.send(code) for code in codes], 120)
    result["seconds"] = time.time() - started
    for process in busy:
        process.kill()
    result["lines"] = [cell["outputs"] for cell in cells]

    # An error ends the queue; the same cells run when they are sent again.
    codes = ["1;", 'await Promise.resolve(); throw new Error("here")', 'console.log("a")', "2;"]
    result["queue"] = statuses(notebook.collect([notebook.send(code) for code in codes]))
    result["parse_queue"] = statuses(notebook.collect([notebook.send(code) for code in [")", "1;", "2;"]]))
    result["again"] = statuses(notebook.collect([notebook.send(code) for code in codes[2:]]))
    result["allowed"] = statuses(notebook.collect([notebook.send(code, stop_on_error=False) for code in codes]))

    # While a cell runs, the kernel says who it is.
    slow = notebook.send("await new Promise((done) => setTimeout(done, 1500))")
    time.sleep(0.2)
    asked, started = notebook.client.kernel_info(), time.time()
    while notebook.client.get_shell_msg(timeout=5)["parent_header"]["msg_id"] != asked:
        pass
    result["info_seconds"] = time.time() - started
    notebook.collect([slow])
    question = notebook.send('prompt("how many?")', allow_stdin=True)
    result["question"] = notebook.client.get_stdin_msg(timeout=10)["content"]["prompt"]
    notebook.client.input("three")
    result["answer"] = notebook.collect([question])[0]["outputs"]

    # Restart.
    notebook.run("globalThis.kept = 1;")
    notebook.manager.restart_kernel()
    notebook.client.wait_for_ready(timeout=60)
    result["restarted"] = notebook.run('console.log(typeof globalThis.kept, "again")')
    result["after_restart"] = len(denos() - others)

    # Ends: asked for, killed softly and hard.
    notebook.manager.shutdown_kernel()
    until(lambda: denos() == others)
    result["after_shutdown"] = len(denos() - others)
    for name in ("SIGTERM", "SIGKILL"):
        notebook.close()
        notebook = Notebook()
        until(lambda: denos() - others)
        there = len(denos() - others)
        os.kill(notebook.manager.provisioner.process.pid, getattr(signal, name))
        until(lambda: denos() == others and not notebook.manager.is_alive())
        result[f"after_{name}"] = [there, len(denos() - others), notebook.manager.is_alive()]
    notebook.close()
    notebook = Notebook()
    notebook.send("Deno.exit(3)")
    until(lambda: notebook.manager.provisioner.process.poll() is not None)
    result["after_exit"] = [len(denos() - others), notebook.manager.provisioner.process.poll()]

    # Stop in a fresh kernel that has imported nothing: in its first cell, idle, by group and by process, twice.
    result["stops"] = []
    for wait in (0.05, 0.3, 0.8, None):
        notebook.close()
        notebook = Notebook()
        ids = []
        if wait is not None:
            ids = [notebook.send(f"await new Promise((done) => setTimeout(done, 1500)); `{i}`") for i in range(4)]
            time.sleep(wait)
        notebook.stop()
        first = statuses(notebook.collect(ids)) if ids else []
        time.sleep(0.1)  # what is sent within milliseconds of Stop may count as waiting
        after = notebook.run('console.log("alive")')["outputs"]
        os.kill(notebook.manager.provisioner.process.pid, signal.SIGINT)
        notebook.stop()
        time.sleep(0.2)
        again = notebook.run('console.log("alive")')["outputs"]
        result["stops"].append({"first": first, "after": after, "again": again})

    # A listener hears each Stop once.
    notebook.run('let stops = 0; Deno.addSignalListener("SIGINT", () => stops++);')
    for _ in range(3):
        notebook.stop()
        time.sleep(0.1)
    os.kill(notebook.manager.provisioner.process.pid, signal.SIGINT)
    time.sleep(0.3)
    result["heard"] = notebook.run("console.log(stops)")["outputs"]
    notebook.client.control_channel.send(notebook.client.session.msg("interrupt_request", {}))
    result["interrupt_reply"] = notebook.client.get_control_msg(timeout=10)["content"]["status"]
    time.sleep(0.3)
    result["heard_message"] = notebook.run("console.log(stops)")["outputs"]
finally:
    notebook.close()
until(lambda: denos() == others)
result["left"] = len(denos() - others)
print(json.dumps(result))
