"""Makes keras_cvae.weights.h5 and keras_cvae.json: a small VAE as TensorFlow's tutorial writes it, saved by
Keras, and what it computes. Run with tensorflow-cpu 2.21, keras 3.15:

    python tests/golden/make_keras.py
"""

import json
from pathlib import Path

import numpy as np
import tensorflow as tf

HERE = Path(__file__).parent
layers = tf.keras.layers
relu = {"kernel_size": 3, "strides": 2, "activation": "relu"}


class CVAE(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = tf.keras.Sequential([
            layers.InputLayer(shape=(12, 8, 1)),
            layers.Conv2D(3, **relu),
            layers.Conv2D(5, **{**relu, "strides": 1}),
            layers.Flatten(),
            layers.Dense(4),
        ])
        self.decoder = tf.keras.Sequential([
            layers.InputLayer(shape=(2,)),
            layers.Dense(3 * 2 * 3, activation="relu"),
            layers.Reshape((3, 2, 3)),
            layers.Conv2DTranspose(5, padding="same", **relu),
            layers.Conv2DTranspose(3, padding="same", **relu),
            layers.Conv2DTranspose(1, 3, padding="same"),
        ])

    def call(self, x):
        return self.decoder(tf.split(self.encoder(x), 2, 1)[0])


random = np.random.default_rng(1)
model = CVAE()
model(tf.zeros((1, 12, 8, 1)))
model.set_weights([random.normal(0, 0.5, w.shape).astype("f") for w in model.get_weights()])
x = random.uniform(size=(2, 12, 8, 1)).astype("f")
moments = model.encoder(x)
logits = model.decoder(moments[:, :2])
model.save_weights(HERE / "keras_cvae.weights.h5")
numbers = {"x": x, "moments": moments.numpy(), "logits": logits.numpy()}
text = json.dumps({name: array.ravel().tolist() for name, array in numbers.items()})
(HERE / "keras_cvae.json").write_text(text + "\n")
