"""Trains an exported VAE further with PyTorch, on one machine or several: Keras opens the networks, and with
its PyTorch backend they are torch.nn.Modules.

    python train_pytorch.py FOLDER train-images-idx3-ubyte.gz --epochs 10
    torchrun --nnodes=2 --nproc-per-node=4 --rdzv-backend=c10d --rdzv-endpoint=HOST:29400 train_pytorch.py FOLDER …

(https://docs.pytorch.org/docs/stable/elastic/run.html). FOLDER/further.weights.h5 is written at the end:
importKeras() reads it.
"""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import torch
from torch import distributed
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

from common import read_arguments, read_images, read_settings

arguments = read_arguments(__doc__)
settings = read_settings(arguments.folder)
together = "RANK" in os.environ
gpu = torch.cuda.is_available()
if together:
    distributed.init_process_group("nccl" if gpu else "gloo")
    if gpu:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
first = not together or distributed.get_rank() == 0


class Vae(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = keras.models.load_model(arguments.folder / "encoder.keras", compile=False)
        self.decoder = keras.models.load_model(arguments.folder / "decoder.keras", compile=False)

    def forward(self, x):
        """-ELBO of each image in nats: reconstruction at one draw of z, and KL in closed form."""
        outputs = self.encoder(x)
        mean, log_variance = outputs if isinstance(outputs, (list, tuple)) else outputs.chunk(2, 1)
        z = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
        nll = binary_cross_entropy_with_logits(self.decoder(z), x, reduction="none")
        kl = (torch.exp(log_variance) + mean**2 - 1 - log_variance) / 2
        return nll.sum((1, 2, 3)) + kl.sum(1)


vae = Vae()
device = next(vae.parameters()).device
# DDP takes the mean of the gradients over all processes, so that all go the same step.
replica = DistributedDataParallel(vae) if together else vae
optimizer = torch.optim.Adam(vae.parameters(), lr=arguments.rate, eps=1e-7)
images = torch.from_numpy(read_images(arguments.images, arguments.count, settings["treatment"]))
dataset = TensorDataset(images)
sampler = DistributedSampler(dataset, drop_last=True) if together else None
batches = DataLoader(dataset, arguments.batch, sampler=sampler, shuffle=sampler is None, drop_last=True)
# Noise differs from process to process; the order of the images is the sampler's.
torch.manual_seed(settings["seed"] + (distributed.get_rank() if together else 0))


@torch.no_grad()
def elbo():
    return -sum(vae(x.to(device)).sum().item() for x in images.split(100)) / len(images)


if first:
    print(f"before: ELBO {elbo():.2f} nats per image", flush=True)
for epoch in range(arguments.epochs):
    if sampler:
        sampler.set_epoch(epoch)
    for (x,) in batches:
        optimizer.zero_grad()
        replica(x.to(device)).mean().backward()
        optimizer.step()
    if first:
        print(f"epoch {epoch + 1}: ELBO {elbo():.2f}", flush=True)
if first:
    both = keras.Model()
    both.encoder, both.decoder, both.built = vae.encoder, vae.decoder, True
    both.save_weights(arguments.folder / "further.weights.h5")
if together:
    distributed.destroy_process_group()
