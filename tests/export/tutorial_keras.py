"""TensorFlow's convolutional VAE as its tutorial trains it (https://www.tensorflow.org/tutorials/generative/cvae):
two epochs on COUNT images, saved by Keras. Prints its ELBO on those images, and the noise it was measured with.

    python tests/export/tutorial_keras.py IMAGES COUNT FILE.weights.h5
"""

import json
import sys

import numpy as np
import tensorflow as tf

path, count, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
tf.keras.utils.set_random_seed(3)
layers = tf.keras.layers
pixels = np.fromfile(path, np.uint8, offset=16).reshape(-1, 28, 28, 1)[:count]
images = (pixels > 127).astype("float32")


class CVAE(tf.keras.Model):
    def __init__(self, latent_dim):
        super().__init__()
        halved = {"kernel_size": 3, "strides": 2, "activation": "relu"}
        doubled = {**halved, "padding": "same"}
        self.encoder = tf.keras.Sequential([
            layers.InputLayer(shape=(28, 28, 1)),
            layers.Conv2D(32, **halved),
            layers.Conv2D(64, **halved),
            layers.Flatten(),
            layers.Dense(2 * latent_dim),
        ])
        self.decoder = tf.keras.Sequential([
            layers.InputLayer(shape=(latent_dim,)),
            layers.Dense(7 * 7 * 32, activation="relu"),
            layers.Reshape((7, 7, 32)),
            layers.Conv2DTranspose(64, **doubled),
            layers.Conv2DTranspose(32, **doubled),
            layers.Conv2DTranspose(1, 3, padding="same"),
        ])

    def call(self, x):
        return self.decoder(tf.split(self.encoder(x), 2, 1)[0])


def log_normal(z, mean, log_variance):
    square = (z - mean) ** 2 * tf.exp(-log_variance)
    return tf.reduce_sum(-0.5 * (square + log_variance + np.log(2 * np.pi)), 1)


def negative_elbo(x, eps):
    mean, log_variance = tf.split(model.encoder(x), 2, 1)
    z = mean + tf.exp(log_variance / 2) * eps
    nll = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=model.decoder(z))
    return tf.reduce_sum(nll, [1, 2, 3]) - log_normal(z, 0.0, 0.0) + log_normal(z, mean, log_variance)


@tf.function
def step(x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(negative_elbo(x, tf.random.normal((len(x), 2))))
    optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))


model = CVAE(2)
model(images[:1])
optimizer = tf.keras.optimizers.Adam(1e-3)
for _ in range(2):
    for x in tf.data.Dataset.from_tensor_slices(images).shuffle(count).batch(32, drop_remainder=True):
        step(x)
model.save_weights(target)
eps = np.random.default_rng(1).normal(size=(count, 2)).astype("float32")
terms = [negative_elbo(images[i:i + 100], eps[i:i + 100]).numpy() for i in range(0, count, 100)]
print(json.dumps({"elbo": -float(np.concatenate(terms).mean()), "eps": eps.ravel().tolist()}))
