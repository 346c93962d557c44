"""Trains an exported VAE further with Keras on TensorFlow, on one machine or several.

    python train_keras.py FOLDER train-images-idx3-ubyte.gz --epochs 10

On several machines the same command runs on each, with TF_CONFIG naming all of them and which one it is
(https://www.tensorflow.org/guide/distributed_training#multiworkermirroredstrategy). FOLDER/further.weights.h5
is written at the end: importKeras() reads it.
"""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import tensorflow as tf

from common import read_arguments, read_images, read_settings

arguments = read_arguments(__doc__)
settings = read_settings(arguments.folder)
workers = tf.distribute.MultiWorkerMirroredStrategy() if "TF_CONFIG" in os.environ else tf.distribute.MirroredStrategy()


class Vae(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = keras.models.load_model(arguments.folder / "encoder.keras", compile=False)
        self.decoder = keras.models.load_model(arguments.folder / "decoder.keras", compile=False)
        self.built = True

    def call(self, x):
        """-ELBO of each image in nats: reconstruction at one draw of z, and KL in closed form."""
        outputs = self.encoder(x)
        mean, log_variance = outputs if isinstance(outputs, (list, tuple)) else tf.split(outputs, 2, 1)
        z = mean + tf.exp(log_variance / 2) * tf.random.normal(tf.shape(mean))
        nll = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=self.decoder(z))
        kl = (tf.exp(log_variance) + mean**2 - 1 - log_variance) / 2
        return tf.reduce_sum(nll, [1, 2, 3]) + tf.reduce_sum(kl, 1)


with workers.scope():
    vae = Vae()
    optimizer = keras.optimizers.Adam(arguments.rate)
    optimizer.build(vae.trainable_variables)

keras.utils.set_random_seed(settings["seed"])
images = read_images(arguments.images, arguments.count, settings["treatment"])
batch = arguments.batch * workers.num_replicas_in_sync
shuffled = tf.data.Dataset.from_tensor_slices(images).shuffle(len(images)).batch(batch, drop_remainder=True)
options = tf.data.Options()
options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
batches = workers.experimental_distribute_dataset(shuffled.with_options(options))


@tf.function
def train(x):
    def on_replica(x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(vae(x)) / batch
        gradients = tape.gradient(loss, vae.trainable_variables)
        # The sum over all replicas on all machines: each then takes the same step.
        optimizer.apply_gradients(zip(gradients, vae.trainable_variables))
        return loss

    return workers.reduce("SUM", workers.run(on_replica, (x,)), axis=None)


def elbo():
    return -sum(float(tf.reduce_sum(vae(x))) for x in tf.data.Dataset.from_tensor_slices(images).batch(100)) / len(images)


print(f"before: ELBO {elbo():.2f} nats per image", flush=True)
for epoch in range(arguments.epochs):
    for x in batches:
        train(x)
    print(f"epoch {epoch + 1}: ELBO {elbo():.2f}", flush=True)
cluster = workers.cluster_resolver
if "TF_CONFIG" not in os.environ or cluster.task_id == 0:
    vae.save_weights(arguments.folder / "further.weights.h5")
