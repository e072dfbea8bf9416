#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes PyTorch modules as a safetensors file that sonde reads.

In Python:      from export_pytorch import to_bytes
                pathlib.Path("model.safetensors").write_bytes(to_bytes([model.encoder, model.decoder]))
In C++:         sonde::AutoencoderModel{sonde::network_from_safetensors(bytes)}
From a shell:   export_pytorch.py model.pt model.safetensors [F32|F16|BF16]

Modules are taken in the order in which they are applied, as nn.Sequential applies them; what a `forward` of one's own
does cannot be seen. Known are Linear; LayerNorm, then ReLU, LeakyReLU(0.01), Tanh or Sigmoid, then Dropout behind it;
Flatten and Identity; GRU and LSTM, before all Linear. A .pt file, of a whole module, is a program: load only what you
trust. Needs torch (Debian: python3-torch, 1.13).
"""
import pathlib
import sys

from network_file import Network


def numbers(parameter):
    return None if parameter is None else parameter.detach().cpu().float().numpy()


def leaves(modules):
    """The modules in lists and Sequentials, however deep."""
    from torch import nn
    for module in modules:
        if isinstance(module, (list, tuple, nn.Sequential)):
            yield from leaves(module)
        else:
            yield module


def add_recurrent(network, module):
    if module.bidirectional or getattr(module, "proj_size", 0):
        raise ValueError(f"{module}: bidirectional or with a projection")
    roles = ["weight_ih", "weight_hh"] + (["bias_ih", "bias_hh"] if module.bias else [])
    for layer in range(module.num_layers):  # dropout between them is for training, and left out
        network.recurrent(module.mode.lower(), *(numbers(getattr(module, f"{role}_l{layer}")) for role in roles))


def add(network, module):
    from torch import nn
    activations = {nn.ReLU: "relu", nn.Tanh: "tanh", nn.Sigmoid: "sigmoid"}
    kind = type(module)
    if kind is nn.Linear:
        network.dense(numbers(module.weight), numbers(module.bias))
    elif kind is nn.LayerNorm:
        network.layer_norm(numbers(module.weight), numbers(module.bias), module.eps)
    elif kind in activations:
        network.activation(activations[kind])
    elif kind is nn.LeakyReLU:
        network.activation("leaky_relu", module.negative_slope)
    elif kind is nn.Dropout:
        network.dropout(module.p)
    elif kind in (nn.GRU, nn.LSTM):
        add_recurrent(network, module)
    elif kind not in (nn.Flatten, nn.Identity):
        raise ValueError(f"{module}: sonde has no such layer")


def to_bytes(modules, element_type="F32"):
    """The file of a module, or of a list of modules."""
    network = Network()
    for module in leaves([modules]):
        add(network, module)
    return network.to_bytes(element_type)


def main():
    if len(sys.argv) not in (3, 4):
        print(__doc__)
        return 2
    import torch
    module = torch.load(sys.argv[1], map_location="cpu")
    pathlib.Path(sys.argv[2]).write_bytes(to_bytes(module, *sys.argv[3:]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
