"""What both scripts read: their arguments, the exported model's settings, and the images."""

import argparse
import gzip
import json
import zipfile
from pathlib import Path

import numpy as np


def read_arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("folder", type=Path, help="what exportKeras() wrote: encoder.keras and decoder.keras")
    parser.add_argument("images", type=Path, help="train-images-idx3-ubyte.gz, or another IDX file of grey images")
    parser.add_argument("--count", type=int, default=None, help="how many of the images; default: all")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch", type=int, default=32, help="images of a step on each replica")
    parser.add_argument("--rate", type=float, default=1e-4)
    return parser.parse_args()


def read_settings(folder):
    """The model's settings, as exportKeras() left them in the file."""
    with zipfile.ZipFile(folder / "encoder.keras") as file:
        model = json.loads(json.loads(file.read("metadata.json"))["model"])
    if model["kind"] != "vae" or model["likelihood"] != "bernoulli":
        raise SystemExit(f"expected a VAE with likelihood bernoulli, got {model['kind']}, {model['likelihood']}")
    return model


def read_images(path, count, treatment):
    """[count, height, width, 1] in [0, 1], thresholded where the model was trained on such pixels."""
    raw = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
    shape = np.frombuffer(raw, ">u4", 3, 4)
    pixels = np.frombuffer(raw, np.uint8, offset=16).reshape(*shape, 1)[:count]
    if treatment == "grey":
        return (pixels / 255).astype(np.float32)
    return (pixels > 127).astype(np.float32)
