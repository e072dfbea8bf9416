# SPDX-License-Identifier: Apache-2.0
"""The autoencoder that is usual for images of 28 x 28, in PyTorch and ONNX Runtime, where they are there."""
import os
import pathlib
import time

import numpy as np

WIDTHS = (784, 128, 64, 32, 64, 128, 784)


def layers_of_chance(rng):
    """What a training starts with: weights, biases, activation of each layer."""
    return [(rng.uniform(-1, 1, (outputs, inputs)).astype(np.float32) * np.float32((6 / inputs) ** 0.5),
             rng.uniform(-0.1, 0.1, outputs).astype(np.float32), "Sigmoid" if outputs == WIDTHS[-1] else "Relu")
            for inputs, outputs in zip(WIDTHS, WIDTHS[1:])]


def onnx_runtime():
    """The library, or None."""
    folder = os.environ.get("SONDE_ONNXRUNTIME")
    return pathlib.Path(folder) / "libonnxruntime.so.1" if folder else None


def torch_on_one_thread():
    """The module, or None."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    return torch


def _torch_network(torch, layers):
    parts = []
    for weights, bias, activation in layers:
        layer = torch.nn.Linear(weights.shape[1], weights.shape[0])
        layer.weight.data[:], layer.bias.data[:] = torch.from_numpy(weights), torch.from_numpy(bias)
        parts += [layer, torch.nn.ReLU() if activation == "Relu" else torch.nn.Sigmoid()]
    return torch.nn.Sequential(*parts)


def torch_scores(torch, layers):
    """A function of rows: the mean squared error of each."""
    model = _torch_network(torch, layers).eval()

    def score(rows):
        with torch.no_grad():
            rows = torch.from_numpy(rows)
            return ((model(rows) - rows) ** 2).mean(1).numpy()

    return score


def torch_epoch(torch, layers, train):
    """The seconds that Adam takes for it, in batches of 128."""
    model, rows = _torch_network(torch, layers), torch.from_numpy(train)
    adam, loss = torch.optim.Adam(model.parameters()), torch.nn.BCELoss()
    start = time.perf_counter()
    for batch in rows[torch.randperm(len(rows))].split(128):
        adam.zero_grad()
        loss(model(batch), batch).backward()
        adam.step()
    return time.perf_counter() - start
