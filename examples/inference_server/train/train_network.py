# SPDX-License-Identifier: Apache-2.0
"""Trains the demo's network, 784 - 32 (ReLU) - 10 (softmax), on MNIST and writes ../data/network.mlp.

    SONDE_DATA=... python3 train_network.py      needs numpy and scikit-learn; about 40 s

The file, little-endian: the letters MLP1; uint32 inputs, hidden, outputs; float32 weights of the hidden
layer [hidden x inputs] and its biases; the same of the output layer; uint32 CRC-32 of all before it.
"""
import pathlib
import struct
import warnings
import zlib

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

import mnist

SHIPPED = 1000  # images that make_data.py ships


def main():
    warnings.simplefilter("ignore", ConvergenceWarning)  # 25 epochs are chosen, not reached
    x, y = mnist.images("train").astype(np.float32) / 255, mnist.labels("train")
    model = MLPClassifier((32,), alpha=0.01, batch_size=200, learning_rate_init=2e-3, max_iter=25,
                          random_state=1).fit(x, y)
    weights = [np.asarray(w, "<f4") for w in (model.coefs_[0].T, model.intercepts_[0],
                                              model.coefs_[1].T, model.intercepts_[1])]

    x, y = mnist.images("t10k").astype(np.float32) / 255, mnist.labels("t10k")
    hidden = np.maximum(x @ weights[0].T + weights[1], 0)
    right = (hidden @ weights[2].T + weights[3]).argmax(axis=1) == y
    print(f"test images: {right.sum()} of {len(y)} right, accuracy {right.mean():.4f}")
    print(f"the first {SHIPPED}: {right[:SHIPPED].sum()} right")

    content = b"MLP1" + struct.pack("<3I", x.shape[1], len(weights[1]), len(weights[3]))
    content += b"".join(w.tobytes() for w in weights)
    path = pathlib.Path(__file__).parent.parent / "data" / "network.mlp"
    path.write_bytes(content + struct.pack("<I", zlib.crc32(content)))
    print(f"{path.name}: {path.stat().st_size} bytes")


main()
