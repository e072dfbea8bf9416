#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes Keras models as a safetensors file that sonde reads.

In Python:      from export_keras import to_bytes
                pathlib.Path("model.safetensors").write_bytes(to_bytes(model))
In C++:         sonde::AutoencoderModel{sonde::network_from_safetensors(bytes)}
From a shell:   export_keras.py model.keras model.safetensors [F32|F16|BF16]

A model is a chain: Sequential, or functional where each layer is used once, on the outputs of the one before. Known are
Dense, LayerNormalization, Activation, ReLU, LeakyReLU(0.01), Dropout, Flatten, InputLayer, models in models, and, before
all Dense, GRU (reset_after) and LSTM. In sonde an activation comes after the layer norm: Dense without an activation,
LayerNormalization, Activation.

Looks at layers through `get_weights()` and the attributes of their configuration, the same in Keras 2 and 3. The tests
have a stand-in with this interface: no Keras took part in them.
"""
import pathlib
import sys

import numpy as np

from network_file import Network


def name_of(function):
    return getattr(function, "__name__", str(function))


def leaves(model):
    """The layers of a model, and of models in it."""
    if len(getattr(model, "outputs", None) or [None]) != 1:
        raise ValueError("a model with more than one output")
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from leaves(layer)
        else:
            yield layer


def add_dense(network, layer):
    kernel, *bias = layer.get_weights()  # [inputs, outputs]
    network.dense(np.transpose(kernel), *bias)
    if name_of(layer.activation) != "linear":
        network.activation(name_of(layer.activation), slope=0.2)  # that of Keras's own leaky_relu


def add_layer_norm(network, layer):
    axis = layer.axis if isinstance(layer.axis, int) else layer.axis[0]
    if axis not in (-1, 1):
        raise ValueError(f"LayerNormalization over the axis {layer.axis}")
    weights = list(layer.get_weights())
    gain = weights.pop(0) if layer.scale else None
    network.layer_norm(gain, weights.pop(0) if layer.center else None, layer.epsilon)


def add_leaky_relu(network, layer):
    network.activation("leaky_relu", float(getattr(layer, "negative_slope", getattr(layer, "alpha", None))))


def add_relu(network, layer):
    if layer.max_value is not None or layer.negative_slope or layer.threshold:
        raise ValueError("ReLU with a maximum, a slope or a threshold")
    network.activation("relu")


def check_cell(layer):
    if (name_of(layer.activation), name_of(layer.recurrent_activation)) != ("tanh", "sigmoid"):
        raise ValueError("a recurrent layer with other activations than tanh and sigmoid")
    if layer.go_backwards:
        raise ValueError("a recurrent layer that goes backwards")


def add_lstm(network, layer):
    check_cell(layer)
    kernel, state_kernel, *bias = layer.get_weights()  # gates i, f, c, o, as PyTorch's
    network.recurrent("lstm", np.transpose(kernel), np.transpose(state_kernel), *bias)


def add_gru(network, layer):
    check_cell(layer)
    if not layer.reset_after:
        raise ValueError("GRU with reset_after=False")

    def gates(numbers):  # z, r, h, where PyTorch has r, z, n
        z, r, h = np.split(np.asarray(numbers), 3)
        return np.concatenate([r, z, h])
    kernel, state_kernel, *bias = layer.get_weights()
    network.recurrent("gru", gates(np.transpose(kernel)), gates(np.transpose(state_kernel)),
                      *(gates(row) for rows in bias for row in rows))


ADD = {
    "Dense": add_dense,
    "LayerNormalization": add_layer_norm,
    "Activation": lambda network, layer: network.activation(name_of(layer.activation), slope=0.2),
    "ReLU": add_relu,
    "LeakyReLU": add_leaky_relu,
    "Dropout": lambda network, layer: network.dropout(layer.rate),
    "GRU": add_gru,
    "LSTM": add_lstm,
    "Flatten": lambda network, layer: None,
    "InputLayer": lambda network, layer: None,
}


def to_bytes(model, element_type="F32"):
    """The file of a model."""
    network = Network()
    for layer in leaves(model):
        kind = type(layer).__name__
        if kind not in ADD:
            raise ValueError(f"{kind}: sonde has no such layer")
        ADD[kind](network, layer)
    return network.to_bytes(element_type)


def main():
    if len(sys.argv) not in (3, 4):
        print(__doc__)
        return 2
    import keras
    pathlib.Path(sys.argv[2]).write_bytes(to_bytes(keras.models.load_model(sys.argv[1]), *sys.argv[3:]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
