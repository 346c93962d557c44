"""JAX's side of the bench: `jit` of a scan over the steps. See peer_common.py."""

import json
import os
import sys
import threading
import time

# XLA takes a thread for each processor that it may use.
if "--threads" in sys.argv and hasattr(os, "sched_setaffinity"):
    count = int(sys.argv[sys.argv.index("--threads") + 1])
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from peer_common import EVALUATION_BATCH, run_peer

SCANNED = 25  # steps in a call; every work's number of steps is a multiple
PATIENCE = 60  # seconds for the first step and its compilation
SLOWEST_STEP = 0.6  # seconds: with slower ones a round takes minutes


def glorot(random, *shape):
    fan_in, fan_out = (np.prod(shape[:-2]) * side for side in shape[-2:])
    limit = np.sqrt(6 / (fan_in + fan_out))
    return jnp.asarray(random.uniform(-limit, limit, shape), jnp.float32)


def layer(random, *shape):
    return {"w": glorot(random, *shape), "b": jnp.zeros(shape[-1], jnp.float32)}


def dense(p, x):
    return x @ p["w"] + p["b"]


def conv(p, x):
    names = ("NHWC", "HWIO", "NHWC")
    return lax.conv_general_dilated(x, p["w"], (2, 2), "VALID", dimension_numbers=names) + p["b"]


def conv_transpose(p, x, stride):
    return lax.conv_transpose(x, p["w"], (stride, stride), "SAME") + p["b"]


def conv_vae(filters, random):
    first, second = filters
    parameters = [
        layer(random, 3, 3, 1, first), layer(random, 3, 3, first, second),
        layer(random, 36 * second, 4), layer(random, 2, 49 * first),
        layer(random, 3, 3, first, second), layer(random, 3, 3, second, first),
        layer(random, 3, 3, first, 1),
    ]

    def encode(p, x):
        h = jax.nn.relu(conv(p[1], jax.nn.relu(conv(p[0], x))))
        return dense(p[2], h.reshape(len(x), -1))

    def decode(p, z):
        h = jax.nn.relu(dense(p[3], z)).reshape(-1, 7, 7, first)
        h = jax.nn.relu(conv_transpose(p[4], h, 2))
        h = jax.nn.relu(conv_transpose(p[5], h, 2))
        return conv_transpose(p[6], h, 1)

    return parameters, encode, decode


def dense_vae(random):
    sizes = [(784, 256), (256, 4), (2, 256), (256, 784)]
    parameters = [layer(random, *size) for size in sizes]

    def encode(p, x):
        return dense(p[1], jax.nn.relu(dense(p[0], x.reshape(len(x), 784))))

    def decode(p, z):
        return dense(p[3], jax.nn.relu(dense(p[2], z))).reshape(-1, 28, 28, 1)

    return parameters, encode, decode


def log_normal(z, mean, log_var):
    return (-0.5 * ((z - mean) ** 2 * jnp.exp(-log_var) + log_var + jnp.log(2 * jnp.pi))).sum(1)


def adam(gradient, m, v, step):
    m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
    rate = 1e-4 * jnp.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    return rate * m / (jnp.sqrt(v) + 1e-7), m, v


def rmsprop(gradient, m, v, step):
    v = 0.9 * v + 0.1 * gradient**2
    return 1e-3 * gradient / (jnp.sqrt(v) + 1e-7), m, v


def give_up():
    print(json.dumps({"error": f"the first step takes over {PATIENCE} s"}), flush=True)
    os._exit(1)


def prepare(work, batch, filters, train, test, threads):
    is_dense = work == "dense-train"
    random = np.random.default_rng(1)
    parameters, encode, decode = dense_vae(random) if is_dense else conv_vae(filters, random)
    update = rmsprop if is_dense else adam
    images = jnp.asarray(test if work == "cvae-eval" else train).reshape(-1, 28, 28, 1)

    def loss(p, x, key):
        mean, log_var = jnp.split(encode(p, x), 2, 1)
        z = mean + jnp.exp(0.5 * log_var) * jax.random.normal(key, mean.shape)
        logits = decode(p, z)
        nll = (jnp.logaddexp(0, logits) - x * logits).sum((1, 2, 3))
        if is_dense:
            kl = 0.5 * (mean**2 + jnp.exp(log_var) - 1 - log_var).sum(1)
        else:
            kl = log_normal(z, mean, log_var) - log_normal(z, 0.0, 0.0)
        return (nll + kl).mean()

    # The images are an argument: a constant would be compiled into the program.
    def step(images, state, indices):
        p, m, v, count = state
        gradients = jax.grad(loss)(p, images[indices], jax.random.fold_in(jax.random.key(1), count))
        flat, tree = jax.tree.flatten(gradients)
        moments = tree.flatten_up_to(m), tree.flatten_up_to(v)
        moved = [update(*one, count + 1.0) for one in zip(flat, *moments)]
        change, m, v = (jax.tree.unflatten(tree, part) for part in zip(*moved))
        return jax.tree.map(jnp.subtract, p, change), m, v, count + 1

    one = jax.jit(step)
    many = jax.jit(lambda images, state, rows: lax.scan(
        lambda state, indices: (step(images, state, indices), None), state, rows)[0])
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    state = (parameters, zeros, zeros, jnp.int32(0))

    def train_images(count):
        nonlocal state
        rows = random.permutation(len(images))[: count // batch * batch].reshape(-1, batch)
        whole = len(rows) // SCANNED * SCANNED
        for start in range(0, whole, SCANNED):
            state = many(images, state, rows[start:start + SCANNED])
        for indices in rows[whole:]:
            state = one(images, state, indices)
        jax.block_until_ready(state)

    evaluate = jax.jit(lambda p, batches: lax.scan(
        lambda key, x: (key + 1, loss(p, x, jax.random.key(key))), 0, batches)[1].mean())

    def evaluate_images(count):
        size = SCANNED * EVALUATION_BATCH
        parts = [images[start:min(start + size, count)] for start in range(0, count, size)]
        batches = [part.reshape(-1, EVALUATION_BATCH, 28, 28, 1) for part in parts]
        return np.mean([float(evaluate(parameters, one)) for one in batches])

    pixels = jax.jit(lambda p, z: jax.nn.sigmoid(decode(p, z)))
    z = jax.random.normal(jax.random.key(2), (batch, 2))

    def decode_codes(count):
        for _ in range(count // batch):
            np.asarray(pixels(parameters, z))

    run = {"cvae-eval": evaluate_images, "cvae-manifold": decode_codes}.get(work, train_images)
    watch = threading.Timer(PATIENCE, give_up)
    watch.start()
    run(SCANNED * EVALUATION_BATCH if work == "cvae-eval" else batch)
    watch.cancel()
    if run is train_images:
        start = time.perf_counter()
        run(batch)
        seconds = time.perf_counter() - start
        if seconds > SLOWEST_STEP:
            raise ValueError(f"a step of {batch} images takes {seconds:.1f} s")
        run(SCANNED * batch)
    return run


if __name__ == "__main__":
    run_peer(jax.__version__, {"jax": prepare})
