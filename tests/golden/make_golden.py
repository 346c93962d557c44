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
variance's, then the decoder's. Dense kernels are [in, out], convolutions [h, w, in, out],
transposed convolutions [h, w, out, in]. Encoder output of a VAE: mean ‖ log-variance.

Gradients are those of the preset's objective, mean over the batch, z = mean + exp(½ logVar)·noise.
"""

import json
import os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf

HERE = Path(__file__).parent
BATCH = 3
IMAGES, NOISE = 1000, 2000
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


def images(count, treatment):
    x = uniform(count * 784, IMAGES)
    x = (x > 0.5).astype(np.float32) if treatment == "threshold" else x.astype(np.float32)
    return x.reshape(count, 28, 28, 1)


def noise(rows, columns):
    values = np.sqrt(3.0) * (2 * uniform(rows * columns, NOISE) - 1)
    return values.astype(np.float32).reshape(rows, columns)


# ---- losses: one number per image; sums over pixels and latents in nats, unless said ------------


def bernoulli_nll(logits, x):
    ce = tf.nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=x)
    return tf.reduce_sum(ce, axis=list(range(1, len(ce.shape))))


def squared_error(logits, x):
    """Mean over pixels, as Keras counts it; the likelihoods are sums."""
    d = tf.square(tf.sigmoid(logits) - x)
    return tf.reduce_mean(d, axis=list(range(1, len(d.shape))))


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


# name: kind, objective, treatment, latentDim, heads, trunk, decoder
PRESETS = {
    "conv-vae": ("vae", "monte-carlo", "threshold", 2, "joint", conv_trunk, conv_decoder),
    "dense-vae": ("vae", "analytic", "grey", 2, "separate",
                  lambda: dense_trunk(256), lambda: dense_decoder(256)),
    "dense-vae-64": ("vae", "monte-carlo", "threshold", 64, "separate",
                     lambda: dense_trunk(64), lambda: dense_decoder(64)),
    "conv-vae-50": ("vae", "monte-carlo", "threshold", 50, "separate", conv_trunk, conv_decoder),
    "conv-ae-10": ("ae", "mse", "grey", 10, "joint", upsampling_trunk, upsampling_decoder),
    "conv-ae-2": ("ae", "mse", "grey", 2, "joint", upsampling_trunk, upsampling_decoder),
}


def preset(name):
    kind, objective, treatment, latent_dim, heads, trunk, decoder_layers = PRESETS[name]
    image = layers.Input((28, 28, 1))
    hidden = image
    for layer in trunk():
        hidden = layer(hidden)
    if kind == "ae":
        code = dense(latent_dim)(hidden)
    elif heads == "joint":
        code = dense(2 * latent_dim)(hidden)
    else:
        code = layers.Concatenate()([dense(latent_dim)(hidden), dense(latent_dim)(hidden)])
    encoder = tf.keras.Model(image, code)
    decoder = tf.keras.Sequential([layers.Input((latent_dim,))] + decoder_layers())

    variables = encoder.trainable_variables + decoder.trainable_variables
    for k, variable in enumerate(variables):
        variable.assign(weight(tuple(variable.shape), k))

    x, eps = images(BATCH, treatment), noise(BATCH, latent_dim)
    with tf.GradientTape() as tape:
        code = encoder(x)
        if kind == "ae":
            z, kl = code, tf.zeros([BATCH])
        else:
            mean, log_var = tf.split(code, 2, axis=1)
            z = mean + tf.exp(0.5 * log_var) * eps
            kl = (analytic_kl if objective == "analytic" else lambda m, v: monte_carlo_kl(z, m, v))(
                mean, log_var)
        logits = decoder(z)
        reconstruction = (squared_error if objective == "mse" else bernoulli_nll)(logits, x)
        loss = tf.reduce_mean(reconstruction + kl)
    gradients = tape.gradient(loss, variables)
    write(f"presets/{name}.json", {
        "preset": name, "kind": kind, "objective": objective, "treatment": treatment,
        "latentDim": latent_dim, "batch": BATCH,
        "parameterCount": int(sum(np.prod(v.shape) for v in variables)),
        "encoderOutput": digest(code, 60),
        "logits": digest(logits, 60),
        "reconstruction": short(reconstruction), "kl": short(kl), "loss": short(loss),
        "weights": [
            {"name": v.path, "shape": list(v.shape), "gradient": digest(g, 12)}
            for v, g in zip(variables, gradients)
        ],
    })


if __name__ == "__main__":
    print("TensorFlow", tf.__version__, "Keras", tf.keras.__version__)
    losses()
    optimizers()
    for preset_name in PRESETS:
        preset(preset_name)
