"""Golden numbers from TensorFlow for the tests: losses.json, optimizers.json, presets/<name>.json.

    python -m venv golden-env && golden-env/bin/pip install tensorflow==2.21.0
    golden-env/bin/python tests/golden/make_golden.py

TensorFlow is needed here only; the tests read the JSON files. Run it again when a preset is added.

Weights, images and noise are not shipped. Both sides compute them (`formula.ts` is the other one):

    uniform(i, stream)  32-bit hash of position and stream number over 2^32, in [0, 1), exact
    weight k            shape s, values in row-major order: (2·uniform(i, k) − 1) · limit;
                        a bias: limit 0.1; a kernel: limit sqrt(c / (r·(a + b))), a and b being its last
                        two dimensions, r the product of those before, c = 6 for dense kernels and
                        24 for convolutions (signals then keep their size through the layers)
    images              uniform(i, 1000), for `threshold` presets 1 where it is over ½, else 0
    noise               sqrt(3) · (2·uniform(i, 2000) − 1): mean 0, variance 1

Arithmetic is float64, rounded once to float32. Weights are numbered from 0 and stand in Keras's
order and layout: the encoder's layers (kernel, bias, …), of two heads the mean's before the log-
variance's, then the decoder's, then a likelihood's log-scale. Dense kernels are [in, out], convolutions [h, w, in, out],
transposed convolutions [h, w, out, in]. Encoder output of a VAE: mean ‖ log-variance.

Gradients are those of the preset's objective, mean over the batch, z = mean + exp(½ logVar)·noise.

Steps are one epoch of three batches of three images by the preset's optimizer, begun with the weights
above. Images are bytes, floor(256·uniform(i, 1001)); their order and each batch's noise are the
project's own seeded streams (seed 1, epoch 1), ported below. What is written after each step is how far
each weight has moved since the beginning, and the batch's loss before it.
"""

import json
import math
import os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf

HERE = Path(__file__).parent
BATCH = 3
IMAGES, NOISE, BYTES = 1000, 2000, 1001
STEPS, SEED, EPOCH = 3, 1, 1
layers = tf.keras.layers


def uniform(count, stream):
    """The hash's three rounds are MurmurHash3's finalizer (public domain)."""
    with np.errstate(over="ignore"):
        h = np.arange(count, dtype=np.uint32) * np.uint32(2654435761)
        h += np.uint32(stream) * np.uint32(2246822519) + np.uint32(1)
        h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
        h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
        h ^= h >> np.uint32(16)
    return h.astype(np.float64) / 2**32


def weight(shape, stream):
    size = int(np.prod(shape))
    limit = 0.1
    if len(shape) > 1:
        receptive = int(np.prod(shape[:-2]))
        limit = np.sqrt((24 if len(shape) == 4 else 6) / (receptive * (shape[-2] + shape[-1])))
    return ((2 * uniform(size, stream) - 1) * limit).astype(np.float32).reshape(shape)


def images(count, shape, treatment):
    x = uniform(count * int(np.prod(shape)), IMAGES)
    x = (x > 0.5).astype(np.float32) if treatment == "threshold" else x.astype(np.float32)
    return x.reshape(count, *shape)


def noise(rows, columns):
    values = np.sqrt(3.0) * (2 * uniform(rows * columns, NOISE) - 1)
    return values.astype(np.float32).reshape(rows, columns)


# ---- the project's seeded streams: `lib/random.ts`, ported ---------------------------------------


def rotate(x, bits):
    return ((x << bits) | (x >> (32 - bits))) & 0xFFFFFFFF


class RandomStream:
    """xoshiro128** begun with a hash (MurmurHash3's) of seed, name and position."""

    def __init__(self, seed, name, *position):
        state = 0x9E3779B9
        for value in [seed, len(name), *position]:
            state = self.mix(self.mix(state, value), 0)  # the upper half of a small integer
        for letter in name:
            state = self.mix(state, ord(letter))
        self.state = [self.finish(self.mix(state, i)) for i in (1, 2, 3, 4)]

    @staticmethod
    def mix(state, word):
        k = rotate(word * 0xCC9E2D51 & 0xFFFFFFFF, 15) * 0x1B873593 & 0xFFFFFFFF
        return (rotate(state ^ k, 13) * 5 + 0xE6546B64) & 0xFFFFFFFF

    @staticmethod
    def finish(h):
        h = (h ^ h >> 16) * 0x85EBCA6B & 0xFFFFFFFF
        h = (h ^ h >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
        return h ^ h >> 16

    def uniform(self):
        a, b, c, d = self.state
        bits = rotate(b * 5 & 0xFFFFFFFF, 7) * 9 & 0xFFFFFFFF
        t = b << 9 & 0xFFFFFFFF
        c, d = c ^ a, d ^ b
        b, a = b ^ c, a ^ d
        self.state = [a, b, c ^ t, rotate(d, 11)]
        return bits / 2**32

    def normals(self, rows, columns):
        """Box and Muller's pairs, cosine first."""
        values = []
        while len(values) < rows * columns:
            radius = math.sqrt(-2 * math.log(1 - self.uniform()))
            angle = 2 * math.pi * self.uniform()
            values += [radius * math.cos(angle), radius * math.sin(angle)]
        return np.array(values[:rows * columns], np.float32).reshape(rows, columns)

    def permutation(self, count):
        order = list(range(count))
        for i in range(count - 1, 0, -1):
            j = math.floor(self.uniform() * (i + 1))
            order[i], order[j] = order[j], order[i]
        return order


# ---- losses: one number per image; sums over pixels and latents in nats, unless said ------------


def bernoulli_nll(logits, x):
    ce = tf.nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=x)
    return tf.reduce_sum(ce, axis=list(range(1, len(ce.shape))))


def squared_error(logits, x):
    """Mean over pixels, as Keras counts it; the likelihoods are sums."""
    d = tf.square(tf.sigmoid(logits) - x)
    return tf.reduce_mean(d, axis=list(range(1, len(d.shape))))


def discretized_logistic_nll(logits, x, log_scale):
    """A difference of sigmoids, as it is defined; float64, so that none of it is lost."""
    l, x, log_s = (tf.cast(t, tf.float64) for t in (logits, x, log_scale))
    mean, inverse, half = tf.sigmoid(l), tf.exp(-log_s), 0.5 / 255
    above = tf.where(x > 1 - half, tf.ones_like(x), tf.sigmoid((x + half - mean) * inverse))
    below = tf.where(x < half, tf.zeros_like(x), tf.sigmoid((x - half - mean) * inverse))
    return tf.cast(-tf.reduce_sum(tf.math.log(above - below), axis=[1, 2, 3]), tf.float32)


def analytic_kl(mean, log_var):
    return -0.5 * tf.reduce_sum(1 + log_var - tf.square(mean) - tf.exp(log_var), axis=1)


def log_normal(z, mean, log_var):
    log_2pi = tf.math.log(2 * np.pi)
    return tf.reduce_sum(-0.5 * ((z - mean) ** 2 * tf.exp(-log_var) + log_var + log_2pi), axis=1)


def monte_carlo_kl(z, mean, log_var):
    return log_normal(z, mean, log_var) - log_normal(z, 0.0, 0.0)


# ---- writing ------------------------------------------------------------------------------------


def short(value):
    """Float32 in nine significant digits: read back, it is the same float32."""
    if isinstance(value, (tf.Tensor, tf.Variable)):
        value = value.numpy()
    if isinstance(value, np.ndarray):
        return [short(v) for v in value] if value.ndim else short(value.item())
    if isinstance(value, (list, tuple)):
        return [short(v) for v in value]
    return float(f"{float(value):.9g}")


def write(name, value):
    path = HERE / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, indent=None, separators=(",", ":"), ensure_ascii=False) + "\n")
    print(f"{path.relative_to(HERE)}: {path.stat().st_size / 1024:.1f} KiB")


def digest(value, entries):
    """A few values with their flat indexes, and the sum and the sum of squares of all."""
    flat = np.asarray(value, np.float32).reshape(-1)
    indexes = np.unique(np.linspace(0, flat.size - 1, entries).round().astype(int))
    return {
        "shape": list(np.shape(value)),
        "indexes": indexes.tolist(),
        "values": short(flat[indexes]),
        "sum": short(flat.astype(np.float64).sum()),
        "sumOfSquares": short((flat.astype(np.float64) ** 2).sum()),
    }


def losses():
    # Two images of eight pixels: plain logits, then extreme ones, both rights and wrongs.
    logits = tf.constant([[0.0, 1.5, -2.25, 0.3, -0.01, 4.0, -6.5, 12.0],
                          [50.0, -50.0, 100.0, -100.0, 50.0, -50.0, 100.0, -100.0]])
    x = tf.constant([[0.0, 1.0, 0.0, 0.25, 0.5, 1.0, 1.0, 0.75],
                     [1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0]])
    mean = tf.constant([[0.0, 0.0, 0.0], [1.5, -2.0, 0.25], [-0.1, 3.0, 0.7]])
    log_var = tf.constant([[0.0, 0.0, 0.0], [0.5, -1.25, 2.0], [-6.0, 0.01, -0.3]])
    eps = tf.constant([[0.3, -1.2, 0.0], [2.0, -0.4, 0.9], [-1.1, 0.05, 1.6]])

    def with_gradients(variables, function):
        with tf.GradientTape(persistent=True) as tape:
            for v in variables.values():
                tape.watch(v)
            value = function(**variables)
            total = tf.reduce_sum(value)
        gradients = {name: short(tape.gradient(total, v)) for name, v in variables.items()}
        return {"value": short(value), "gradientOfSum": gradients}

    result = {
        "inputs": {"logits": short(logits), "x": short(x), "mean": short(mean),
                   "logVar": short(log_var), "eps": short(eps)},
        "bernoulliNll": with_gradients({"logits": logits}, lambda logits: bernoulli_nll(logits, x)),
        "squaredError": with_gradients({"logits": logits}, lambda logits: squared_error(logits, x)),
        "analyticKl": with_gradients(
            {"mean": mean, "logVar": log_var}, lambda mean, logVar: analytic_kl(mean, logVar)),
        "logNormal": with_gradients(
            {"z": eps, "mean": mean, "logVar": log_var},
            lambda z, mean, logVar: log_normal(z, mean, logVar)),
        "monteCarloKl": with_gradients(
            {"mean": mean, "logVar": log_var},
            lambda mean, logVar: monte_carlo_kl(
                mean + tf.exp(0.5 * logVar) * eps, mean, logVar)),
    }
    write("losses.json", result)


def optimizers():
    steps = 10
    start = np.array([0.0, 0.01, -0.02, 0.5, 1e-3, -0.3], np.float32)
    # A steady gradient, an alternating one, a vanishing one, a zero one, a large one, noise.
    gradients = np.stack([
        [1.0, (-1.0) ** t, 1e-8 * (t + 1), 0.0, 250.0 / (t + 1), float(2 * u - 1)]
        for t, u in enumerate(uniform(steps, 3000))
    ]).astype(np.float32)
    result = {"start": short(start), "gradients": short(gradients), "optimizers": []}
    keras = tf.keras.optimizers
    for name, optimizer in [
        ("adam", keras.Adam(1e-4, beta_1=0.9, beta_2=0.999, epsilon=1e-7)),
        ("rmsprop", keras.RMSprop(1e-3, rho=0.9, epsilon=1e-7)),
    ]:
        parameters = tf.Variable(start)
        optimizer.build([parameters])
        trajectory = []
        for gradient in gradients:
            optimizer.apply_gradients([(tf.constant(gradient), parameters)])
            trajectory.append(short(parameters))
        moments = {v.name.split("_")[-1]: short(v.value) for v in optimizer.variables[2:]}
        settings = {"adam": {"learningRate": 1e-4, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7},
                    "rmsprop": {"learningRate": 1e-3, "rho": 0.9, "epsilon": 1e-7}}[name]
        result["optimizers"].append(
            {"name": name, **settings, "parameters": trajectory, "momentsAtEnd": moments})
    write("optimizers.json", result)


# ---- presets ------------------------------------------------------------------------------------


def dense(units, relu=False):
    return layers.Dense(units, activation="relu" if relu else None)


def conv_trunk():
    return [layers.Conv2D(n, 3, strides=2, activation="relu") for n in (32, 64)] + [layers.Flatten()]


def conv_decoder():
    return [dense(7 * 7 * 32, relu=True), layers.Reshape((7, 7, 32))] + [
        layers.Conv2DTranspose(n, 3, strides=2, padding="same", activation="relu") for n in (64, 32)
    ] + [layers.Conv2DTranspose(1, 3, padding="same")]


def dense_trunk(units):
    return [layers.Flatten(), dense(units, relu=True)]


def dense_decoder(units):
    return [dense(units, relu=True), dense(784), layers.Reshape((28, 28, 1))]


def upsampling_trunk():
    return [layers.Conv2D(8, 3, strides=s, padding="same", activation="relu")
            for s in (2, 1, 2, 1)] + [layers.Flatten()]


def upsampling_decoder():
    def conv(filters, activation=None):
        return layers.Conv2D(filters, 3, padding="same", activation=activation)
    return [dense(7 * 7 * 64, relu=True), layers.Reshape((7, 7, 64)),
            conv(64, "relu"), layers.UpSampling2D(), conv(32, "relu"), layers.UpSampling2D(), conv(1)]


def cifar_trunk():
    return [layers.Conv2D(n, 3, strides=2, padding="same", activation="relu")
            for n in (32, 64, 128)] + [layers.Flatten()]


def cifar_decoder():
    return [dense(4 * 4 * 128, relu=True), layers.Reshape((4, 4, 128))] + [
        layers.Conv2DTranspose(n, 3, strides=2, padding="same", activation="relu")
        for n in (128, 64, 32)
    ] + [layers.Conv2DTranspose(3, 3, padding="same")]


def adam(learning_rate):
    return lambda: tf.keras.optimizers.Adam(learning_rate)


def rmsprop(learning_rate):
    return lambda: tf.keras.optimizers.RMSprop(learning_rate)


DIGIT, CIFAR = (28, 28, 1), (32, 32, 3)

# name: kind, objective, treatment, latentDim, heads, trunk, decoder, optimizer; those with another image and
# likelihood than 28×28 and Bernoulli (squared error for "mse") are below.
PRESETS = {
    "conv-vae": ("vae", "monte-carlo", "threshold", 2, "joint",
                 conv_trunk, conv_decoder, adam(1e-4)),
    "dense-vae": ("vae", "analytic", "grey", 2, "separate",
                  lambda: dense_trunk(256), lambda: dense_decoder(256), rmsprop(1e-3)),
    "dense-vae-64": ("vae", "monte-carlo", "threshold", 64, "separate",
                     lambda: dense_trunk(64), lambda: dense_decoder(64), adam(1e-4)),
    "conv-vae-50": ("vae", "monte-carlo", "threshold", 50, "separate",
                    conv_trunk, conv_decoder, adam(1e-4)),
    "conv-ae-10": ("ae", "mse", "grey", 10, "joint",
                   upsampling_trunk, upsampling_decoder, rmsprop(3e-4)),
    "conv-ae-2": ("ae", "mse", "grey", 2, "joint",
                  upsampling_trunk, upsampling_decoder, rmsprop(1e-3)),
    "conv-vae-cifar10": ("vae", "analytic", "grey", 128, "joint",
                         cifar_trunk, cifar_decoder, adam(1e-3)),
}
LOGISTIC = {"conv-vae-cifar10": CIFAR}


class Autoencoder:
    """A preset's networks with the formula's weights, and its objective."""

    def __init__(self, name):
        self.kind, self.objective, self.treatment, self.latent_dim, heads, trunk, above, _ = (
            PRESETS[name])
        self.shape = LOGISTIC.get(name, DIGIT)
        image = layers.Input(self.shape)
        hidden = image
        for layer in trunk():
            hidden = layer(hidden)
        n = self.latent_dim
        if self.kind == "ae":
            code = dense(n)(hidden)
        elif heads == "joint":
            code = dense(2 * n)(hidden)
        else:
            code = layers.Concatenate()([dense(n)(hidden), dense(n)(hidden)])
        self.encoder = tf.keras.Model(image, code)
        self.decoder = tf.keras.Sequential([layers.Input((n,))] + above())
        self.variables = self.encoder.trainable_variables + self.decoder.trainable_variables
        self.log_scale = None
        if name in LOGISTIC:
            self.log_scale = tf.Variable(tf.zeros(self.shape[-1]), name="log_scale")
            self.variables = self.variables + [self.log_scale]
        for k, variable in enumerate(self.variables):
            variable.assign(weight(tuple(variable.shape), k))

    def terms(self, x, eps):
        """Code, logits, and per image reconstruction and KL."""
        code = self.encoder(x)
        if self.kind == "ae":
            z, kl = code, tf.zeros([len(x)])
        else:
            mean, log_var = tf.split(code, 2, axis=1)
            z = mean + tf.exp(0.5 * log_var) * eps
            kl = (analytic_kl(mean, log_var) if self.objective == "analytic"
                  else monte_carlo_kl(z, mean, log_var))
        logits = self.decoder(z)
        if self.log_scale is not None:
            reconstruction = discretized_logistic_nll(logits, x, self.log_scale)
        else:
            nll = squared_error if self.objective == "mse" else bernoulli_nll
            reconstruction = nll(logits, x)
        return code, logits, reconstruction, kl


def steps(model, optimizer):
    optimizer.build(model.variables)
    count = STEPS * BATCH
    size = count * int(np.prod(model.shape))
    pixels = np.floor(256 * uniform(size, BYTES)).reshape(count, *model.shape)
    x = pixels > 127 if model.treatment == "threshold" else pixels / 255
    x = x.astype(np.float32)
    order = RandomStream(SEED, "shuffle", EPOCH).permutation(count)
    start = [variable.numpy() for variable in model.variables]
    result = []
    for batch in range(STEPS):
        indices = order[batch * BATCH:(batch + 1) * BATCH]
        eps = RandomStream(SEED, "noise", EPOCH, batch).normals(BATCH, model.latent_dim)
        with tf.GradientTape() as tape:
            _, _, reconstruction, kl = model.terms(x[indices], eps)
            loss = tf.reduce_mean(reconstruction + kl)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.variables), model.variables))
        result.append({
            "reconstruction": short(tf.reduce_mean(reconstruction)),
            "kl": short(tf.reduce_mean(kl)),
            "moved": [digest(variable.numpy() - before, 6)
                      for variable, before in zip(model.variables, start)],
        })
    return result


def preset(name):
    model = Autoencoder(name)
    x, eps = images(BATCH, model.shape, model.treatment), noise(BATCH, model.latent_dim)
    with tf.GradientTape() as tape:
        code, logits, reconstruction, kl = model.terms(x, eps)
        loss = tf.reduce_mean(reconstruction + kl)
    gradients = tape.gradient(loss, model.variables)
    write(f"presets/{name}.json", {
        "preset": name, "kind": model.kind, "objective": model.objective,
        "treatment": model.treatment, "latentDim": model.latent_dim, "batch": BATCH,
        "parameterCount": int(sum(np.prod(v.shape) for v in model.variables)),
        "encoderOutput": digest(code, 60),
        "logits": digest(logits, 60),
        "reconstruction": short(reconstruction), "kl": short(kl), "loss": short(loss),
        "weights": [
            {"name": getattr(v, "path", v.name), "shape": list(v.shape), "gradient": digest(g, 12)}
            for v, g in zip(model.variables, gradients)
        ],
        "steps": steps(model, PRESETS[name][-1]()),
    })


if __name__ == "__main__":
    print("TensorFlow", tf.__version__, "Keras", tf.keras.__version__)
    losses()
    optimizers()
    for preset_name in PRESETS:
        preset(preset_name)
