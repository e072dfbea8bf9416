# SPDX-License-Identifier: Apache-2.0
"""Writes what the demo runs on to ../data: 1,000 MNIST training images for the input autoencoder; 1,000 MNIST test
images and the arrivals of an Azure service for the traffic; tiles of two photographs as foreign images.

    SONDE_DATA=... python3 make_data.py          needs numpy and scikit-learn with Pillow

arrivals.txt: after comment lines, the milliseconds between a request and the one before it, one a line.
"""
import datetime
import gzip
import os
import pathlib

import numpy as np
from sklearn.datasets import load_sample_images

import mnist

DATA = pathlib.Path(__file__).parent.parent / "data"
TRACE = "AzureLLMInferenceTrace_conv.csv.gz"
HEADER = """\
# Arrivals of a conversation service, 58 minutes of 16 November 2023: milliseconds after the one before.
# Source: AzureLLMInferenceTrace_conv, github.com/Azure/AzurePublicDataset, CC BY 4.0, (c) Microsoft.
# Changed: timestamps became differences, rounded to 1 ms; token counts are left out.
"""


def milliseconds(stamp):
    whole, fraction = stamp.split(".")
    seconds = datetime.datetime.fromisoformat(whole + "+00:00").timestamp()
    return round(1000 * (seconds + float("0." + fraction)))


def tiles(photograph):
    """[n x 28 x 28]: a colour photograph in grey (ITU-R BT.601), at half its size, cut up."""
    grey = photograph @ np.array([0.299, 0.587, 0.114])
    height, width = (side // 56 for side in grey.shape)
    grey = grey[:56 * height, :56 * width].reshape(28 * height, 2, 28 * width, 2).mean(axis=(1, 3))
    return grey.reshape(height, 28, width, 28).swapaxes(1, 2).reshape(-1, 28, 28).round()


def main():
    mnist.write(DATA / "training.idx3-ubyte", mnist.images("train")[:1000].reshape(-1, 28, 28))
    photographs = load_sample_images().images
    mnist.write(DATA / "photographs.idx3-ubyte", np.concatenate([tiles(photo) for photo in photographs]))
    mnist.write(DATA / "images.idx3-ubyte", mnist.images("t10k")[:1000].reshape(-1, 28, 28))
    mnist.write(DATA / "labels.idx1-ubyte", mnist.labels("t10k")[:1000])

    path = pathlib.Path(os.environ["SONDE_DATA"]) / "streams" / "azure-llm" / TRACE
    with gzip.open(path, "rt") as trace:
        next(trace)
        at = [milliseconds(line.split(",")[0]) for line in trace]
    gaps = [after - before for before, after in zip([at[0]] + at[:-1], at)]
    assert min(gaps) >= 0, "the trace goes back in time"
    (DATA / "arrivals.txt").write_text(HEADER + "".join(f"{gap}\n" for gap in gaps))

    for file in sorted(DATA.glob("*-ubyte")) + [DATA / "arrivals.txt"]:
        print(f"{file.name}: {file.stat().st_size} bytes")


main()
