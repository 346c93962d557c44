"""Executes one notebook through its kernel and says on stdout, a JSON line an event, how it goes.

python executor.py notebook.ipynb executed.ipynb — runs in the notebook's folder, as JupyterLab does.
"""

import json
import os
import sys
import time

import nbclient
import nbformat

source, target = sys.argv[1:]
notebook = nbformat.read(source, as_version=4)
started = {}


def tell(event, **details):
    print(json.dumps({"event": event, **details}), flush=True)


def on_cell_start(cell, cell_index):
    if cell.cell_type == "code" and cell.source.strip():
        started[cell_index] = time.monotonic()
        tell("start", cell=cell_index)


def on_cell_executed(cell, cell_index, execute_reply):
    tell("done", cell=cell_index, seconds=time.monotonic() - started[cell_index])


def on_cell_error(cell, cell_index, execute_reply):
    reply = execute_reply["content"]
    tell("error", cell=cell_index, name=reply["ename"], message=reply["evalue"], trace=reply["traceback"])


for cell in notebook.cells:
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None

client = nbclient.NotebookClient(
    notebook,
    timeout=None,
    startup_timeout=120,
    kernel_name="deno",
    record_timing=False,
    coalesce_streams=True,
    resources={"metadata": {"path": os.path.dirname(os.path.abspath(source))}},
    on_cell_start=on_cell_start,
    on_cell_executed=on_cell_executed,
    on_cell_error=on_cell_error,
)
failed = True
try:
    client.execute()
    failed = False
except nbclient.exceptions.CellExecutionError:
    pass  # on_cell_error has told it
except nbclient.exceptions.DeadKernelError:
    tell("dead", cell=max(started, default=0))
finally:
    nbformat.write(notebook, target)
sys.exit(1 if failed else 0)
