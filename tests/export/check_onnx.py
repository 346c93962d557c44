"""Runs exported files through ONNX's checker and onnxruntime: one JSON line for each case of cases.json.

    python tests/export/check_onnx.py FOLDER
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime


def numbers(array):
    return {"shape": list(array.shape), "data": array.ravel().tolist()}


for case in json.loads((Path(sys.argv[1]) / "cases.json").read_text()):
    onnx.checker.check_model(case["file"], full_check=True)
    session = onnxruntime.InferenceSession(case["file"], providers=["CPUExecutionProvider"])
    x = np.array(case["x"]["data"], np.float32).reshape(case["x"]["shape"])
    outputs = session.run(None, {session.get_inputs()[0].name: x})
    print(json.dumps([numbers(output) for output in outputs]))
