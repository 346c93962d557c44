"""Opens exported .keras files and runs them: one JSON line for each case of cases.json. KERAS_BACKEND chooses
TensorFlow or PyTorch below Keras.

    KERAS_BACKEND=torch python tests/export/check_keras.py FOLDER
"""

import json
import sys
from pathlib import Path

import keras
import numpy as np

for case in json.loads((Path(sys.argv[1]) / "cases.json").read_text()):
    network = keras.models.load_model(case["file"], compile=False)
    outputs = network(np.array(case["x"]["data"], np.float32).reshape(case["x"]["shape"]))
    arrays = map(keras.ops.convert_to_numpy, outputs if isinstance(outputs, (list, tuple)) else [outputs])
    print(json.dumps([{"shape": list(one.shape), "data": one.ravel().tolist()} for one in arrays]))
