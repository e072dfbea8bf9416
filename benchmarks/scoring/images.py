#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How well models tell images of one kind from others, beside scikit-learn's: `./run bench images`.

images.py FOLDER_OF_PROGRAMS [--digits 0123456789] [--only WORD,WORD] [--seed N] [--write docs/benchmarks.md]

One class of MNIST is usual (Ruff et al.: Deep One-Class Classification, ICML 2018): the first 2,000 training images of a
digit train, pixels in [0, 1]; all 10,000 test images are scored, the other nine digits being anomalies. The AUROC is a
mean over the digits; every digit has the same settings. The folder SONDE_DATA holds images/mnist/*.gz in IDX format.
"""
import argparse
import gzip
import os
import pathlib
import sys
import warnings

from contenders import Program, one_thread

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.neural_network import MLPRegressor

import references
from quality import write_between_marks

TRAINING_IMAGES = 2000
GOALS = {"images-autoencoder": 96.5, "images": 97.0}


def autoencoder(train, seed):
    model = MLPRegressor((128, 64, 32, 64, 128), batch_size=64, max_iter=40, random_state=seed).fit(train, train)
    return lambda rows: ((model.predict(rows) - rows) ** 2).mean(axis=1)


def pca_residual(train, seed):
    model = references.PCA(n_components=0.9, svd_solver="full", random_state=seed).fit(train)
    return lambda rows: ((rows - model.inverse_transform(model.transform(rows))) ** 2).sum(axis=1)


FAMILIES = [  # name, scikit-learn's, settings of ours
    ("images", None, {"seed": 1}),
    ("images-autoencoder", autoencoder, {"seed": 1}),
    ("lof", references.lof, {"scaling": "none"}),
    ("knn", references.knn, {"scaling": "none"}),
    ("pca", pca_residual, {"scaling": "none", "form": "residual", "variance_share": 0.9}),
    ("isolation-forest", references.isolation_forest, {"scaling": "none", "seed": 1}),
]


def read_idx(path):
    data = gzip.open(path).read()
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(data[3])]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape[0], -1)


def read_mnist(folder):
    for part in ("train", "t10k"):
        yield (read_idx(folder / f"{part}-images-idx3-ubyte.gz") / np.float32(255)).astype(np.float32)
        yield read_idx(folder / f"{part}-labels-idx1-ubyte.gz").ravel()


def figures(labels, scores):
    return 100 * roc_auc_score(labels, scores), 100 * average_precision_score(labels, scores)


def run_digit(programs, families, train, test, labels, seed):
    found = {}
    for name, reference, settings in families:
        settings = {**settings, **({"seed": seed} if "seed" in settings else {})}
        model = Program(programs / "scoring_contender", name, train, test, **settings)
        found[name] = list(figures(labels, model.scores()))
        model.close()
        if reference is not None:
            found[name] += figures(labels, reference(train, seed)(test))
    return found


def table(families, digits):
    lines = ["| MNIST, one digit usual | AUROC | AP | scikit-learn AUROC | AP |", "|---|---|---|---|---|"]
    missed = []
    for name, _, _ in families:
        mean = np.mean([found[name] for found in digits], axis=0)
        lines.append("| " + " | ".join([name, *(f"{value:.2f}" for value in mean)]) + " |" + " |" * (4 - len(mean)))
        if mean[0] < GOALS.get(name, 0):
            missed.append(f"{name}: {mean[0]:.2f} is below {GOALS[name]}")
    return lines, missed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("--digits", default="0123456789")
    parser.add_argument("--only", default="", help="families whose name is one of these, with commas between them")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=pathlib.Path, help="where the table goes, between the marks <!-- images -->")
    arguments = parser.parse_args()
    if not os.environ.get("SONDE_DATA"):
        print("SONDE_DATA is not set: it names the folder with images/mnist; nothing was measured")
        return 0
    x, y, test, digit = read_mnist(pathlib.Path(os.environ["SONDE_DATA"]) / "images" / "mnist")
    wanted = arguments.only.split(",")
    families = [family for family in FAMILIES if not arguments.only or family[0] in wanted]
    found = []
    with one_thread():
        for usual in map(int, arguments.digits):
            train = x[y == usual][:TRAINING_IMAGES]
            found.append(run_digit(arguments.programs, families, train, test, digit != usual, arguments.seed))
            print(f"digit {usual}: " + " ".join(f"{name} {row[0]:.2f}" for name, row in found[-1].items()),
                  file=sys.stderr, flush=True)
    lines, missed = table(families, found)
    print("\n".join(lines))
    if arguments.write:
        write_between_marks(arguments.write, lines, "images")
    print("\n".join(missed) if missed else "every goal is met")
    return 1 if missed else 0


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    sys.exit(main())
