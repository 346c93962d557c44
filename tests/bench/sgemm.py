"""Prints how many GFLOP/s numpy's product of float32 matrices reaches, the best of some: the machine's limit.

sgemm.py THREADS
"""

import os
import sys

threads = sys.argv[1]
for library in ["OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM"]:
    os.environ[f"{library}_NUM_THREADS"] = threads

import time

import numpy as np

SIDE = 2048
a, b = (np.random.default_rng(seed).standard_normal((SIDE, SIDE), np.float32) for seed in (1, 2))


def seconds():
    start = time.perf_counter()
    a @ b
    return time.perf_counter() - start


print(2e-9 * SIDE**3 / min(seconds() for _ in range(5)))
