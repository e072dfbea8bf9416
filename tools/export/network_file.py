# SPDX-License-Identifier: Apache-2.0
"""Writes networks as safetensors files that sonde reads; docs/model_files.md describes them. Needs numpy alone.

network = Network()
network.dense(weight, bias)        # [outputs, inputs], [outputs]
network.activation("relu")
pathlib.Path("model.safetensors").write_bytes(network.to_bytes())

export_pytorch.py and export_keras.py fill it from models of theirs. What sonde has no layer for is a ValueError.
"""
import json
import struct

import numpy as np

ACTIVATIONS = ("linear", "relu", "leaky_relu", "tanh", "sigmoid")
NORM_EPSILON = 1e-5  # of sonde's layer norm
LEAKY_SLOPE = 0.01   # of sonde's leaky ReLU


def array(values, *shape):
    """Finite floats of a shape; -1 is any size."""
    values = np.ascontiguousarray(values, dtype=np.float32)
    if values.ndim != len(shape) or any(size not in (-1, had) for size, had in zip(shape, values.shape)):
        raise ValueError(f"numbers of the shape {values.shape}, where {shape} must be")
    if not np.isfinite(values).all():
        raise ValueError("a number is not finite")
    return values


def bfloat16(values):
    """The upper halves of floats, rounded to the nearest, of two as near to the even one."""
    bits = values.view(np.uint32).astype(np.uint64)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2")


def stored(values, element_type):
    """Numbers as a file has them."""
    if element_type == "F32":
        return values.astype("<f4")
    with np.errstate(over="ignore"):
        made = values.astype("<f2") if element_type == "F16" else bfloat16(values)
    largest = made.astype(np.float32) if element_type == "F16" else (made.astype(np.uint32) << 16).view(np.float32)
    if not np.isfinite(largest).all():
        raise ValueError(f"a number is too large for {element_type}")
    return made


def tensors_to_bytes(tensors, metadata, element_type):
    """A safetensors file: the size of the header, the header as JSON, the numbers by name."""
    if element_type not in ("F32", "F16", "BF16"):
        raise ValueError(f"the type {element_type}, where F32, F16 and BF16 are known")
    header = {"__metadata__": metadata}
    data = b""
    for name in sorted(tensors):
        values = tensors[name]
        numbers = stored(values, element_type).tobytes()
        header[name] = {"dtype": element_type, "shape": list(values.shape),
                        "data_offsets": [len(data), len(data) + len(numbers)]}
        data += numbers
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


class Network:
    """Layers in the order of their use. What follows a dense layer becomes part of it: activation(norm(W x + b))."""

    def __init__(self):
        self.layers = []    # descriptions
        self.tensors = {}   # name: numbers
        self.stage = 0      # how much of the last layer is there: 0 nothing to add to, 1 sums, 2 norm, 3 activation

    def add(self, role, values):
        name = f"{len(self.layers) - 1}.{role}"
        self.layers[-1][role] = name
        self.tensors[name] = values

    def begin(self, kind, stage):
        self.layers.append({"type": kind})
        self.stage = stage

    def follow(self, stage, what):
        """What comes next belongs to the last dense layer."""
        if not 0 < self.stage < stage:
            raise ValueError(f"{what} must follow a dense layer, in the order layer norm, activation, dropout")
        self.stage = stage

    def dense(self, weight, bias=None):
        """weight: [outputs, inputs]"""
        weight = array(weight, -1, -1)
        self.begin("dense", 1)
        self.add("weight", weight)
        if bias is not None:
            self.add("bias", array(bias, len(weight)))

    def layer_norm(self, gain=None, shift=None, epsilon=NORM_EPSILON):
        """Of the sums. Another epsilon than sonde's becomes it by scaling the sums, which changes nothing else."""
        self.follow(2, "a layer norm")
        layer = self.layers[-1]
        outputs = len(self.tensors[layer["weight"]])
        for role in {"weight", "bias"} & layer.keys():
            self.tensors[layer[role]] = self.tensors[layer[role]] * np.float32(np.sqrt(NORM_EPSILON / epsilon))
        self.add("gain", array(np.ones(outputs) if gain is None else gain, outputs))
        self.add("shift", array(np.zeros(outputs) if shift is None else shift, outputs))

    def activation(self, name, slope=LEAKY_SLOPE):
        """slope: of a leaky ReLU"""
        if name not in ACTIVATIONS:
            raise ValueError(f"the activation {name}, where {', '.join(ACTIVATIONS)} are known")
        if name == "leaky_relu" and abs(slope - LEAKY_SLOPE) > 1e-7:
            raise ValueError(f"a leaky ReLU of slope {slope}, where {LEAKY_SLOPE} must be")
        self.follow(3, f"the activation {name}")
        if name != "linear":
            self.layers[-1]["activation"] = name

    def dropout(self, share):
        self.follow(4, "dropout")
        if share > 0:
            self.layers[-1]["dropout"] = float(share)

    def recurrent(self, cell, weight_ih, weight_hh, bias_ih=None, bias_hh=None):
        """cell: gru or lstm; the numbers as in PyTorch: a block of rows per gate, r, z, n or i, f, g, o"""
        weight_ih, weight_hh = array(weight_ih, -1, -1), array(weight_hh, -1, -1)
        self.begin(cell, 0)
        for role, values in (("weight_ih", weight_ih), ("weight_hh", weight_hh)):
            self.add(role, values)
        for role, values in (("bias_ih", bias_ih), ("bias_hh", bias_hh)):
            if values is not None:
                self.add(role, array(values, len(weight_ih)))

    def to_bytes(self, element_type="F32"):
        """The file. element_type: F32, F16 or BF16"""
        if not self.layers:
            raise ValueError("no layer")
        text = {"sonde.layers": json.dumps(self.layers, separators=(",", ":"))}
        return tensors_to_bytes(self.tensors, text, element_type)
