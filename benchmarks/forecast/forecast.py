#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Forecasts beside detectors that know no time, on server metrics: `./run bench forecast`.

forecast.py FOLDER_OF_PROGRAMS [--only WORD] [--keep FILE] [--write docs/benchmarks.md]

The folder SONDE_DATA holds multivariate/{smd,asd,services}/{train,test,test_label}. Features are brought to [0, 1] of the
training part, test values cut to [-4, 5]; everything is learned from the training part alone, then the test part is
scored in the order of time. Figures are means over the sets of a folder: VUS-PR (vus.py) with the reach found from the
first metric of the test part, and average precision, both in per cent.
"""
import argparse
import collections
import gzip
import json
import lzma
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

import vus

DAY = {"smd": 1440, "asd": 288, "services": 288}
MODELS = {  # name in the table: what the program is asked for
    "k-means": ["kmeans", "clusters=16"],
    "Mahalanobis": ["mahalanobis"],
    "Gaussian, diagonal": ["gaussian-diagonal"],
    "last value": ["seasonal-naive"],
    "value of yesterday": ["seasonal-naive", "season=DAY"],
    "AR": ["ar"],
    "AR, clip 3": ["ar", "clip=3"],
    "GRU": ["gru"],
    "LSTM": ["lstm"],
}


def table_of(path):
    opener = {".gz": gzip.open, ".xz": lzma.open}.get(path.suffix, open)
    with opener(path, "rt") as handle:
        return np.loadtxt(handle, delimiter=",")


def sets_of(folder):
    """(name, training rows, test rows, labels, reach) of each set, scaled."""
    for path in sorted((folder / "test").iterdir()):
        train, test = table_of(folder / "train" / path.name), table_of(path)
        label = folder / "test_label" / path.name.removesuffix(".xz").removesuffix(".gz")
        low, width = train.min(0), np.ptp(train, axis=0)
        width[width == 0] = 1
        reach = vus.reach_of(test[:, 0])
        yield path.name, (train - low) / width, np.clip((test - low) / width, -4, 5), table_of(label).astype(int), reach


def write_rows(path, rows):
    path.write_bytes(np.array(rows.shape, dtype="<u8").tobytes() + np.ascontiguousarray(rows, dtype="<f4").tobytes())
    return path


def average_precision(labels, scores):
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.diff(scores[order]) != 0, True)
    hits = np.cumsum(labels[order])[last]
    return float(np.sum(np.diff(hits, prepend=0) / hits[-1] * hits / (np.flatnonzero(last) + 1)))


def ask(program, words, day, files):
    words = [word.replace("DAY", str(day)) for word in words]
    said = subprocess.run([program, words[0], *files, *words[1:]], check=True, text=True, capture_output=True).stdout
    return np.fromfile(files[-1]), [float(seconds) for seconds in said.split()]


class Figures:
    """What was measured, by set and model; in a file, so that a run that was interrupted goes on."""

    def __init__(self, path):
        self.path = path
        self.known = json.loads(path.read_text(encoding="utf-8")) if path and path.exists() else {}

    def of(self, name, measure_one):
        if name not in self.known:
            self.known[name] = measure_one()
            if self.path:
                self.path.write_text(json.dumps(self.known), encoding="utf-8")
        return self.known[name]


def measure(programs, folder, models, figures):
    """{model: VUS-PR, average precision, seconds to learn, seconds to score a row}, means over the sets"""
    found = collections.defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="sonde_forecast_") as scratch:
        for name, train, test, labels, reach in sets_of(folder):
            files = [write_rows(pathlib.Path(scratch) / "train", train), write_rows(pathlib.Path(scratch) / "test", test),
                     pathlib.Path(scratch) / "scores"]
            for model, words in models.items():
                def measure_one(words=words, files=files, test=test, labels=labels, reach=reach):
                    scores, (learned, scored) = ask(programs / "forecast_contender", words, DAY[folder.name], files)
                    return [vus.vus_pr(labels, scores, reach), average_precision(labels, scores), learned,
                            scored / len(test)]

                found[model].append(figures.of(f"{folder.name} {name} {model}", measure_one))
                print(f"{folder.name} {name} {model}: {found[model][-1][0]:.3f}", file=sys.stderr, flush=True)
    return {model: np.mean(rows, axis=0) for model, rows in found.items()}


def table(found):
    folders = list(found)
    lines = ["| VUS-PR (AP) | " + " | ".join(folders) + " | mean | to learn | to score a row |",
             "|---" * (len(folders) + 4) + "|"]
    for model in found[folders[0]]:
        cells = [found[folder][model] for folder in folders]
        mean = np.mean(cells, axis=0)
        lines.append("| " + " | ".join([
            model, *(f"{cell[0] * 100:.1f} ({cell[1] * 100:.1f})" for cell in cells), f"{mean[0] * 100:.1f}",
            f"{mean[2]:.2f} s", f"{mean[3] * 1e6:.1f} µs"]) + " |")
    return lines


def write_between_marks(path, lines):
    begin, end = "<!-- forecast -->", "<!-- /forecast -->"
    before, rest = path.read_text(encoding="utf-8").split(begin)
    path.write_text(before + begin + "\n" + "\n".join(lines) + "\n" + end + rest.split(end)[1], encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("--only", default="", help="models with one of these words in their name, commas between them")
    parser.add_argument("--keep", type=pathlib.Path, help="a file for figures: what stands there is not measured again")
    parser.add_argument("--write", type=pathlib.Path, help="where the table goes, between the marks <!-- forecast -->")
    arguments = parser.parse_args()
    if not os.environ.get("SONDE_DATA"):
        print("SONDE_DATA is not set: it names the folder with multivariate/; nothing was measured")
        return 0
    data = pathlib.Path(os.environ["SONDE_DATA"]) / "multivariate"
    words = arguments.only.lower().split(",")
    models = {name: asked for name, asked in MODELS.items() if any(word in name.lower() for word in words)}
    figures = Figures(arguments.keep)
    lines = table({folder: measure(arguments.programs, data / folder, models, figures) for folder in DAY})
    print("\n".join(lines))
    if arguments.write:
        write_between_marks(arguments.write, lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
