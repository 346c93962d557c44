"""TensorFlow's side of the bench: the tutorial's way, `tf.function` and `tf.data`; or, faster, with the loop over
the batches inside the graph, too. See peer_common.py."""

import os
from functools import partial

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf
from peer_common import EVALUATION_BATCH, run_peer

layers = tf.keras.layers


def conv_vae(filters):
    first, second = filters
    encoder = tf.keras.Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(first, 3, strides=2, activation="relu"),
        layers.Conv2D(second, 3, strides=2, activation="relu"),
        layers.Flatten(),
        layers.Dense(4),
    ])
    decoder = tf.keras.Sequential([
        layers.Input((2,)),
        layers.Dense(7 * 7 * first, activation="relu"),
        layers.Reshape((7, 7, first)),
        layers.Conv2DTranspose(second, 3, strides=2, padding="same", activation="relu"),
        layers.Conv2DTranspose(first, 3, strides=2, padding="same", activation="relu"),
        layers.Conv2DTranspose(1, 3, padding="same"),
    ])
    return encoder, decoder, tf.keras.optimizers.Adam(1e-4)


def dense_vae():
    image = layers.Input((28, 28, 1))
    hidden = layers.Dense(256, activation="relu")(layers.Flatten()(image))
    heads = layers.Concatenate()([layers.Dense(2)(hidden), layers.Dense(2)(hidden)])
    decoder = tf.keras.Sequential([
        layers.Input((2,)),
        layers.Dense(256, activation="relu"),
        layers.Dense(784),
        layers.Reshape((28, 28, 1)),
    ])
    return tf.keras.Model(image, heads), decoder, tf.keras.optimizers.RMSprop(1e-3)


def log_normal(z, mean, log_var):
    log_2pi = tf.math.log(2 * np.pi)
    return tf.reduce_sum(-0.5 * ((z - mean) ** 2 * tf.exp(-log_var) + log_var + log_2pi), 1)


def prepare(work, batch, filters, train, test, threads, in_graph=False):
    if not tf.config.threading.get_intra_op_parallelism_threads():
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    dense = work == "dense-train"
    encoder, decoder, optimizer = dense_vae() if dense else conv_vae(filters)
    variables = encoder.trainable_variables + decoder.trainable_variables
    optimizer.build(variables)

    def loss(x):
        mean, log_var = tf.split(encoder(x), 2, axis=1)
        z = mean + tf.exp(0.5 * log_var) * tf.random.normal(tf.shape(mean))
        cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(logits=decoder(z), labels=x)
        nll = tf.reduce_sum(cross_entropy, [1, 2, 3])
        if dense:
            kl = 0.5 * tf.reduce_sum(mean**2 + tf.exp(log_var) - 1 - log_var, 1)
        else:
            kl = log_normal(z, mean, log_var) - log_normal(z, 0.0, 0.0)
        return tf.reduce_mean(nll + kl)

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            value = loss(x)
        optimizer.apply_gradients(zip(tape.gradient(value, variables), variables))

    @tf.function
    def decode(z):
        return tf.sigmoid(decoder(z))

    images = tf.data.Dataset.from_tensor_slices(
        (test if work == "cvae-eval" else train).reshape(-1, 28, 28, 1))

    if work == "cvae-manifold":
        if in_graph:
            raise ValueError("one call decodes all: nothing loops")
        z = tf.random.normal([batch, 2])

        def run(count):
            for _ in range(count // batch):
                decode(z).numpy()
    elif work == "cvae-eval":
        evaluate = tf.function(loss)
        batches = images.batch(EVALUATION_BATCH)

        @tf.function
        def evaluate_all(some):
            total = tf.constant(0.0)
            for x in some:
                total += loss(x)
            return total

        def run(count):
            some = batches.take(count // EVALUATION_BATCH)
            return float(evaluate_all(some)) if in_graph else np.mean([float(evaluate(x)) for x in some])
    else:
        # One iterator for all rounds: filling the shuffle's buffer belongs to an epoch, not to a round.
        batches = iter(images.shuffle(len(train)).batch(batch, drop_remainder=True).repeat())

        @tf.function
        def steps(number):
            for _ in tf.range(number):
                step(next(batches))

        def run(count):
            if in_graph:
                return steps(tf.constant(count // batch))
            for _ in range(count // batch):
                step(next(batches))
    run(max(20 * batch, 2 * EVALUATION_BATCH))
    return run


if __name__ == "__main__":
    ways = {"tensorflow": prepare, "tensorflow-graph": partial(prepare, in_graph=True)}
    run_peer(tf.__version__, ways)
