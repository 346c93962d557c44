"""What the two peers share: the images, the protocol, the memory they took.

A peer answers measurements. With --works it takes them from the command line:

    python tests/bench/peer_tensorflow.py --works cvae-train cvae-eval --batch 32 --rounds 3

Without, it serves: a JSON request per line on stdin, one JSON line each on stdout, until stdin ends,
so that `bench.ts` can let engines take turns within one run. Both print rows like
{"engine": "tensorflow", "work": "cvae-train", "batch": 32, "imagesPerSecond": 2700.0, …}.
"""

import argparse
import gzip
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

PROJECT = Path(__file__).resolve().parents[2]
WORKS = ["cvae-train", "cvae-wide-train", "cvae-eval", "cvae-manifold", "dense-train"]
FORMULA_STREAM = 4000
EVALUATION_BATCH = 100


def formula_bytes(count):
    """Random bits, 0 or 255, as `engine_worker.ts` makes them (see tests/golden/formula.ts)."""
    result = np.empty(count, np.uint8)
    step = 2**20  # In pieces: the peak of memory is a result here.
    with np.errstate(over="ignore"):
        for start in range(0, count, step):
            h = np.arange(start, min(start + step, count), dtype=np.uint32) * np.uint32(2654435761)
            h += np.uint32(FORMULA_STREAM) * np.uint32(2246822519) + np.uint32(1)
            h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
            h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
            h ^= h >> np.uint32(16)
            result[start:start + step] = (h >> np.uint32(31)) * np.uint32(255)
    return result


def read_images(name):
    folders = [os.environ.get("MNIST_DIR"), PROJECT / "data" / "mnist"]
    for folder in [PROJECT / folder for folder in folders if folder]:
        for path, opener in [(folder / f"{name}.gz", gzip.open), (folder / name, open)]:
            if path.exists():
                with opener(path, "rb") as file:
                    return np.frombuffer(file.read(), np.uint8)[16:].reshape(-1, 784)
    return None


def load_images():
    """Bytes [60000, 784] and [10000, 784], and the name of the data."""
    train = read_images("train-images-idx3-ubyte")
    test = read_images("t10k-images-idx3-ubyte")
    if train is not None and test is not None:
        return train, test, "mnist"
    bits = formula_bytes(70_000 * 784).reshape(-1, 784)
    return bits[:60_000], bits[60_000:], "random bits"


def treated(pixels, work):
    """Float32 in [0, 1]: grey for the dense VAE, else thresholded."""
    return pixels / np.float32(255) if work == "dense-train" else (pixels > 127).astype(np.float32)


def filters_of(request):
    return request.get("filters") or ([64, 128] if request["work"] == "cvae-wide-train" else [32, 64])


def peak_rss_mb():
    """Peak resident memory of this process; null where the system does not tell."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return round(int(line.split()[1]) / 1024, 1)
    except OSError:
        pass
    return None


def say(row):
    print(json.dumps(row), flush=True)


def run_peer(version, ways):
    """Serves or measures once.

    ways: by name, how this peer may be used, the usual way first; each a function
    prepare(work, batch, filters, train, test, threads) that warms up and returns a function of a number of
    images that computes them; it is called once per kind of request.
    """
    parser = argparse.ArgumentParser(description=f"Measures {', '.join(ways)}, version {version}.")
    parser.add_argument("--engine", choices=ways, default=next(iter(ways)))
    parser.add_argument("--works", nargs="+", choices=WORKS)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--images", type=int, default=12_800)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    engine, prepare = options.engine, ways[options.engine]
    train, test, data = load_images()
    prepared = {}

    def measure(request):
        work, batch, images = request["work"], request["batch"], request["images"]
        if work not in WORKS:
            raise ValueError(f"work: expected one of {', '.join(WORKS)}, got {work}")
        key = (work, batch, tuple(filters_of(request)))
        if key not in prepared:
            sets = treated(train, work), treated(test, work)
            prepared[key] = prepare(work, batch, filters_of(request), *sets, options.threads)
        start = time.perf_counter()
        prepared[key](images)
        seconds = time.perf_counter() - start
        say({"engine": engine, "work": work, "batch": batch, "data": data,
             "imagesPerSecond": images / seconds, "peakRssMb": peak_rss_mb()})

    if options.works:
        for _ in range(options.rounds):
            for work in options.works:
                measure({"work": work, "batch": options.batch, "images": options.images})
        return
    say({"engine": engine, "title": f"{engine} {version}"})
    for line in sys.stdin:
        try:
            measure(json.loads(line))
        except Exception as error:  # The other side shows it; the next request may fare better.
            say({"error": f"{type(error).__name__}: {error}"})
