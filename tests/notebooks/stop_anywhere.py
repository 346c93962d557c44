"""Presses Stop at random moments of what a notebook's cells do, through a real kernel. Prints one JSON list.

Run with the project's environment, in the notebooks' folder: `stop_anywhere.py --trials=30 --seed=1`,
`--only=NAME` for one kind of work. Every other press is followed by a second. After each, the kernel must
encode and train as before. `--notebook=NAME` presses in each cell of a notebook that trains instead, in quick
mode, and then runs that cell again and goes on.
"""

import json
import os
import random
import re
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from jupyter_client.manager import start_new_kernel

SETUP = """
import { loadMnist } from "../lib/data/mod.ts";
import { iwaeBound, nearestImages, kNearestNeighbourAccuracy } from "../lib/evaluation/mod.ts";
import { film, saveEpochAnimation } from "../lib/film/mod.ts";
import { decodeCodes, encodeAll, priorCodes } from "../lib/latent/mod.ts";
import { findOrTrain, train } from "../lib/training/mod.ts";
import { useBackend } from "../lib/compute/mod.ts";
import { codesFigure, encodeAnimation, imageGrid, progressBar, show } from "../lib/visuals/mod.ts";
import { treat } from "../lib/data/mod.ts";
import { longData, repeat, smallData, smallModel, smallRecipe } from "../tests/training/small_run.ts";

await useBackend({ engine: "portable", threads: 2 });
const model = smallModel();
const many = repeat(smallData.train, 300);
const grey = treat(many, "grey", { count: 20_000 });
const temporary = FOLDER;
const epochs = async (options: Parameters<typeof train>[2], way = train, data = longData) => {
  const bar = progressBar("training");
  for await (const _ of way(model, data, { epochs: 9_999, progress: bar, ...options }));
  await bar.finish();
};
"""

# What a reader's cell does, and until when to press, in seconds. Unstopped, each takes longer than that.
WORKS = {
    "first cell": (1.5, SETUP),
    "download": (2, 'await loadMnist({ source: "mnist", mnistDir: null, folder: FRESH, mirrors: [SLOW] });'),
    "synthetic digits": (2, 'await loadMnist({ source: "synthetic", folder: FRESH });'),
    "training, 1 worker": (3, "await epochs({ workers: 1 });"),
    "training, 1 worker, at once": (0.5, "await epochs({ workers: 1, folder: FRESH });"),
    "training, 2 workers": (3, "await epochs({ workers: 2, folder: FRESH });"),
    "training, 2 workers, at once": (0.7, "await epochs({ workers: 2 });"),
    "evaluation": (1.5, "await epochs({}, train, { ...smallData, test: many });"),
    "encoding": (1.5, "await encodeAll(model, repeat(many, 5));"),
    "decoding": (1.5, "await decodeCodes(model, priorCodes(2, { count: 200_000, seed: 1 }));"),
    "second of four": (
        4,
        """for (const seed of [1, 2, 3, 4]) {
  const short = smallRecipe({ seed, epochs: seed === 1 ? 1 : 9_999 });
  const found = await findOrTrain(short, longData, { data: FRESH });
  found.model.dispose();
}""",
    ),
    "film": (3, "await epochs({ folder: FRESH }, film, smallData);"),
    "GIF": (
        2,
        """const picture = imageGrid(grey.slice(0, 40));
encodeAnimation(Array.from({ length: 60 }, (_, i) => ({ raster: picture, caption: `epoch ${i}` })));""",
    ),
    "plots": (
        2,
        """const codes = await encodeAll(model, many, { count: 3_000 });
for (let i = 0; i < 60; i++) await show(codesFigure(codes));""",
    ),
    "importance bound": (2, "await iwaeBound(model, many, { k: 500, count: 9_000 });"),
    "nearest images": (1.5, "await nearestImages(grey, grey);"),
    "nearest neighbours": (1, "await kNearestNeighbourAccuracy(await encodeAll(model, many));"),
}

# The kernel is as good as before: it encodes, and trains an epoch with two workers.
AFTER = """
const { values } = await encodeAll(model, smallData.test);
const losses: number[] = [];
for await (const { test } of train(model, smallData, { epochs: 1, workers: 2 })) losses.push(test.loss);
console.log([...values, ...losses].every(Number.isFinite), losses.length);
"""


class Slow(BaseHTTPRequestHandler):
    """A mirror that sends a byte now and then."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "9912422")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x")
                time.sleep(0.2)
        except OSError:
            pass

    def log_message(self, *_):
        pass


class Kernel:
    def __init__(self):
        self.manager, self.client = start_new_kernel(kernel_name="deno")

    def send(self, code):
        return self.client.execute(code)

    def collect(self, message_id, seconds=90):
        """Status and outputs of a cell, once it is idle."""
        cell = {"status": None, "error": None, "texts": []}
        end, idle = time.time() + seconds, False
        while time.time() < end and not (idle and cell["status"]):
            for ask in (self.client.get_shell_msg, self.client.get_iopub_msg):
                try:
                    message = ask(timeout=0.005)
                except Exception:
                    continue
                if message["parent_header"].get("msg_id") != message_id:
                    continue
                kind, content = message["msg_type"], message["content"]
                if kind == "execute_reply":
                    cell["status"] = content["status"]
                    cell["error"] = content.get("evalue")
                elif kind == "stream":
                    cell["texts"].append(content["text"])
                elif kind in ("display_data", "update_display_data"):
                    cell["texts"].append(content["data"].get("text/plain", ""))
                elif kind == "status" and content["execution_state"] == "idle":
                    idle = True
            if not self.manager.is_alive():
                cell["status"] = "died"
                break
        return cell

    def run(self, code):
        return self.collect(self.send(code))

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def press(kernel, code, wait, again):
    """Stop `wait` seconds into a cell, and once more after `again` where that is a number."""
    message_id = kernel.send(code)
    over = []
    timers = [threading.Timer(wait, lambda: over.append(time.time()) or kernel.manager.interrupt_kernel())]
    if again is not None:
        timers.append(threading.Timer(wait + again, kernel.manager.interrupt_kernel))
    for timer in timers:
        timer.start()
    cell = kernel.collect(message_id)
    ended = time.time()
    for timer in timers:
        timer.join()
    time.sleep(0.1)  # a second press that came after the cell's end is none of the next cell's
    return {**cell, "milliseconds": round(1000 * (ended - over[0]))}


def slow_mirror():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def press_in_works(names, trials, chance, folder):
    """A press in each of the works in turn; the kernel lives on from one to the next."""
    mirror, results, kernel = slow_mirror(), [], None
    try:
        for trial in range(trials):
            name = names[trial % len(names)]
            longest, code = WORKS[name]
            values = {"FOLDER": folder, "FRESH": os.path.join(folder, str(trial)), "SLOW": mirror}

            def filled(code):
                for word, value in values.items():
                    code = code.replace(word, json.dumps(value))
                return code

            first = name == "first cell"
            if kernel is None or first:
                if kernel:
                    kernel.close()
                kernel = Kernel()
                if not first:
                    kernel.run(filled(SETUP))
            wait, again = chance.uniform(0, longest), chance.uniform(0, 0.4) if trial % 2 else None
            cell = press(kernel, filled(code) + ' console.log("whole");', wait, again)
            if first:
                # Pressed before it had begun, it did not run; the next cells need what it brings.
                kernel.run(filled(SETUP))
            report(results, name, wait, cell, kernel.run(AFTER), kernel)
            if not results[-1]["alive"]:
                kernel.close()
                kernel = None
    finally:
        if kernel:
            kernel.close()
    return results


def press_in_notebook(name, chance):
    """A press in each cell that trains; then the cell once more and those after it, as a reader does."""
    os.environ["QUICK"] = "1"
    with open(f"{name}.ipynb") as file:
        cells = ["".join(cell["source"]) for cell in json.load(file)["cells"] if cell["cell_type"] == "code"]
    results, kernel = [], Kernel()
    try:
        for place, code in enumerate(cells):
            if re.search(r"\b(train|film|findOrTrain|findOrFilm)\(", code):
                wait = chance.uniform(0, 1)
                cell = press(kernel, code + ' console.log("whole");', wait, None)
                report(results, f"{name}, cell {place + 1}", wait, cell, kernel.run(code), kernel)
                continue
            cell = kernel.run(code)
            if cell["status"] != "ok":
                results.append({"work": f"{name}, cell {place + 1}", "after": [], "afterError": cell["error"]})
    finally:
        kernel.close()
    return results


def report(results, work, wait, cell, after, kernel):
    """Keeps what came of a press, and says it at once: many take minutes."""
    results.append({
        "work": work,
        "wait": round(wait, 2),
        **cell,
        "texts": cell["texts"][-3:],
        "alive": kernel.manager.is_alive(),
        "after": after["texts"][-1:],
        "afterError": after["error"],
    })
    print(json.dumps(results[-1]), file=sys.stderr)


def main():
    options = dict(argument.lstrip("-").split("=") for argument in sys.argv[1:])
    chance = random.Random(int(options.get("seed", 1)))
    if "notebook" in options:
        return press_in_notebook(options["notebook"], chance)
    names = options["only"].split(";") if "only" in options else list(WORKS)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return press_in_works(names, int(options.get("trials", len(names))), chance, folder)


print(json.dumps(main()))
