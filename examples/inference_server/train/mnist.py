# SPDX-License-Identifier: Apache-2.0
"""Reads and writes the IDX files of MNIST, http://yann.lecun.com/exdb/mnist."""
import gzip
import os
import pathlib
import struct
import sys

import numpy as np


def folder():
    """The folder of the four original .gz files: $SONDE_DATA/images/mnist."""
    if "SONDE_DATA" not in os.environ:
        sys.exit("set SONDE_DATA to the folder that holds images/mnist/*-ubyte.gz")
    return pathlib.Path(os.environ["SONDE_DATA"]) / "images" / "mnist"


def images(part):
    """[n x 784] bytes, 0 = paper, 255 = ink. `part` is train or t10k."""
    raw = gzip.open(folder() / f"{part}-images-idx3-ubyte.gz").read()
    magic, count, rows, cols = struct.unpack(">4I", raw[:16])
    assert (magic, rows, cols) == (0x803, 28, 28), "not an IDX file of 28 x 28 images"
    return np.frombuffer(raw, np.uint8, offset=16).reshape(count, rows * cols)


def labels(part):
    """[n] digits."""
    raw = gzip.open(folder() / f"{part}-labels-idx1-ubyte.gz").read()
    magic, count = struct.unpack(">2I", raw[:8])
    assert magic == 0x801, "not an IDX file of labels"
    return np.frombuffer(raw, np.uint8, offset=8)[:count]


def write(path, array):
    """Bytes of one or three dimensions as an uncompressed IDX file."""
    header = struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape)
    path.write_bytes(header + array.astype(np.uint8).tobytes())
