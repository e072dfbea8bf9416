# SPDX-License-Identifier: Apache-2.0
"""An ONNX file of a stack of dense layers and its reconstruction error, without the onnx package.

Protocol buffers by hand: a field is its number and wire type, then a varint or a length and bytes. The numbers are those
of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), IR 8, operator set 13.
"""
import numpy as np

FLOAT = 1  # TensorProto.DataType
INT, INTS = 2, 7  # AttributeProto.AttributeType


def varint(value):
    out = bytearray()
    while value >= 128:
        out.append(value % 128 + 128)
        value //= 128
    return bytes(out + bytes([value]))


def number(field, value):
    return varint(field * 8) + varint(value)


def text(field, value):
    data = value.encode() if isinstance(value, str) else value
    return varint(field * 8 + 2) + varint(len(data)) + data


def node(kind, inputs, output, attributes=b""):
    return text(1, b"".join(text(1, name) for name in inputs) + text(2, output) + text(4, kind) + attributes)


def flag(name, value):
    return text(5, text(1, name) + number(3, value) + number(20, INT))


def tensor(name, values):
    values = np.ascontiguousarray(values, dtype="<f4")
    return text(5, b"".join(number(1, size) for size in values.shape) + number(2, FLOAT) + text(8, name) +
                text(9, values.tobytes()))


def value(field, name, *sizes):
    shape = b"".join(text(1, text(2, size) if isinstance(size, str) else number(1, size)) for size in sizes)
    return text(field, text(1, name) + text(2, text(1, number(1, FLOAT) + text(2, shape))))


def autoencoder(layers):
    """The bytes of a model `x` to `score`, the mean squared error of each row.

    layers: (weights as PyTorch has them, biases, "Relu" or "Sigmoid") of each
    """
    nodes, tensors, before = b"", b"", "x"
    for i, (weights, bias, activation) in enumerate(layers):
        tensors += tensor(f"w{i}", weights) + tensor(f"b{i}", bias)
        nodes += node("Gemm", [before, f"w{i}", f"b{i}"], f"z{i}", flag("transB", 1))
        nodes += node(activation, [f"z{i}"], f"y{i}")
        before = f"y{i}"
    axes = text(5, text(1, "axes") + number(8, 1) + number(20, INTS))
    nodes += node("Sub", [before, "x"], "off") + node("Mul", ["off", "off"], "square")
    nodes += node("ReduceMean", ["square"], "score", axes + flag("keepdims", 0))
    features = layers[0][0].shape[1]
    graph = nodes + text(2, "autoencoder") + tensors + value(11, "x", "rows", features) + value(12, "score", "rows")
    return number(1, 8) + text(7, graph) + text(8, text(1, "") + number(2, 13))
