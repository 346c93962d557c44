"""PyTorch's side of the bench: in its usual style, or compiled and with channels last. See peer_common.py."""

import math
from functools import partial

import torch
from peer_common import EVALUATION_BATCH, run_peer
from torch import nn
from torch.nn import functional


def conv_vae(filters):
    first, second = filters
    encoder = nn.Sequential(
        nn.Conv2d(1, first, 3, 2), nn.ReLU(), nn.Conv2d(first, second, 3, 2), nn.ReLU(),
        nn.Flatten(), nn.Linear(second * 36, 4))
    decoder = nn.Sequential(
        nn.Linear(2, 49 * first), nn.ReLU(), nn.Unflatten(1, (first, 7, 7)),
        nn.ConvTranspose2d(first, second, 3, 2, 1, 1), nn.ReLU(),
        nn.ConvTranspose2d(second, first, 3, 2, 1, 1), nn.ReLU(),
        nn.ConvTranspose2d(first, 1, 3, 1, 1))
    parameters = [*encoder.parameters(), *decoder.parameters()]
    return encoder, decoder, torch.optim.Adam(parameters, 1e-4, eps=1e-7)


def dense_vae():
    # One head of 4, split, computes what two heads of 2 do.
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 4))
    decoder = nn.Sequential(
        nn.Linear(2, 256), nn.ReLU(), nn.Linear(256, 784), nn.Unflatten(1, (1, 28, 28)))
    parameters = [*encoder.parameters(), *decoder.parameters()]
    return encoder, decoder, torch.optim.RMSprop(parameters, 1e-3, alpha=0.9, eps=1e-7)


def log_normal(z, mean, log_var):
    return (-0.5 * ((z - mean) ** 2 * torch.exp(-log_var) + log_var + math.log(2 * math.pi))).sum(1)


def prepare(work, batch, filters, train, test, threads, compiled=False):
    torch.set_num_threads(threads)
    dense = work == "dense-train"
    encoder, decoder, optimizer = dense_vae() if dense else conv_vae(filters)
    images = torch.from_numpy(test if work == "cvae-eval" else train).reshape(-1, 1, 28, 28)
    if compiled:
        encoder, decoder = (part.to(memory_format=torch.channels_last) for part in (encoder, decoder))
        images = images.to(memory_format=torch.channels_last)
    zero = torch.zeros(())

    def loss(x):
        mean, log_var = encoder(x).chunk(2, 1)
        z = mean + torch.exp(0.5 * log_var) * torch.randn_like(mean)
        nll = functional.binary_cross_entropy_with_logits(decoder(z), x, reduction="none")
        if dense:
            kl = 0.5 * (mean**2 + torch.exp(log_var) - 1 - log_var).sum(1)
        else:
            kl = log_normal(z, mean, log_var) - log_normal(z, zero, zero)
        return (nll.sum((1, 2, 3)) + kl).mean()

    def pixels(z):
        return torch.sigmoid(decoder(z))

    if compiled:
        loss, pixels = torch.compile(loss), torch.compile(pixels)

    def train_images(count):
        order = torch.randperm(len(images))
        for start in range(0, count, batch):
            optimizer.zero_grad()
            loss(images[order[start % len(images):][:batch]]).backward()
            optimizer.step()

    @torch.no_grad()
    def evaluate_images(count):
        starts = range(0, count, EVALUATION_BATCH)
        return sum(loss(images[start:start + EVALUATION_BATCH]).item() for start in starts)

    @torch.no_grad()
    def decode_codes(count):
        z = torch.randn(batch, 2)
        for _ in range(count // batch):
            pixels(z).numpy()

    run = {"cvae-eval": evaluate_images, "cvae-manifold": decode_codes}.get(work, train_images)
    run(max(20 * batch, 2 * EVALUATION_BATCH))
    return run


if __name__ == "__main__":
    ways = {"pytorch": prepare, "pytorch-compiled": partial(prepare, compiled=True)}
    run_peer(torch.__version__, ways)
