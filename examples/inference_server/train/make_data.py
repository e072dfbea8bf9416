# SPDX-License-Identifier: Apache-2.0
"""Writes the demo's traffic to ../data: 1,000 MNIST test images and the arrivals of an Azure service.

    SONDE_DATA=... python3 make_data.py          needs numpy

arrivals.txt: after comment lines, the milliseconds between a request and the one before it, one a line.
"""
import datetime
import gzip
import os
import pathlib

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


def main():
    mnist.write(DATA / "images.idx3-ubyte", mnist.images("t10k")[:1000].reshape(-1, 28, 28))
    mnist.write(DATA / "labels.idx1-ubyte", mnist.labels("t10k")[:1000])

    path = pathlib.Path(os.environ["SONDE_DATA"]) / "streams" / "azure-llm" / TRACE
    with gzip.open(path, "rt") as trace:
        next(trace)
        at = [milliseconds(line.split(",")[0]) for line in trace]
    gaps = [after - before for before, after in zip([at[0]] + at[:-1], at)]
    assert min(gaps) >= 0, "the trace goes back in time"
    (DATA / "arrivals.txt").write_text(HEADER + "".join(f"{gap}\n" for gap in gaps))

    for file in ("images.idx3-ubyte", "labels.idx1-ubyte", "arrivals.txt"):
        print(f"{file}: {(DATA / file).stat().st_size} bytes")


main()
