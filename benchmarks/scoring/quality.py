#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How well models detect, beside scikit-learn's of the same name, on the tabular sets of ADBench: `./run bench quality`.

quality.py FOLDER_OF_PROGRAMS [--seeds N] [--only WORD] [--write docs/benchmarks.md]

The folder SONDE_DATA holds tabular/*.npz and embeddings/*.npz (X, and y with 1 for an anomaly). Two protocols:

  unsupervised  ADBench's (Han et al., NeurIPS 2022): fewer than 1000 rows are drawn up to 1000 with replacement, of more
                than 10000 that many are taken; 70 % to train, stratified, anomalies among them; range 0 to 1.
  clean         half of the usual rows to train, standardised; the other half and all anomalies to test; at most 10000
                rows in all: a period that is known to be good (Livernoche et al., ICLR 2024).

AUROC and average precision are means over the sets, each the mean over the seeds.
"""
import argparse
import os
import pathlib
import statistics
import sys
import warnings

from contenders import Program, one_thread

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import train_test_split

import references

LEAST, MOST = 1000, 10000


def unsupervised(x, y, seed):
    rng = np.random.RandomState(seed)
    if len(y) < LEAST:
        rows = rng.choice(len(y), LEAST, replace=True)
        x, y = x[rows], y[rows]
    elif len(y) > MOST:
        rows = rng.choice(len(y), MOST, replace=False)
        x, y = x[rows], y[rows]
    train, test, _, labels = train_test_split(x, y, test_size=0.3, stratify=y, random_state=rng)
    low, width = train.min(0), np.ptp(train, axis=0)
    width[width == 0] = 1
    return (train - low) / width, (test - low) / width, labels


def clean(x, y, seed):
    rng = np.random.default_rng(seed)
    if len(y) > MOST:
        rows = rng.choice(len(y), MOST, replace=False)
        x, y = x[rows], y[rows]
    usual = rng.permutation(np.flatnonzero(y == 0))
    half = len(usual) // 2
    test = np.concatenate((usual[half:], np.flatnonzero(y == 1)))
    mean, stddev = x[usual[:half]].mean(0), x[usual[:half]].std(0)
    stddev[stddev == 0] = 1
    return (x[usual[:half]] - mean) / stddev, (x[test] - mean) / stddev, y[test]


PROTOCOLS = {"unsupervised": unsupervised, "clean": clean}


def figures(labels, scores):
    scores = np.nan_to_num(scores)
    return roc_auc_score(labels, scores), average_precision_score(labels, scores)


def ours(programs, family, train, test, seed):
    settings = dict(family.settings(train))
    if family.seeded:
        settings["seed"] = seed
    model = Program(programs / "scoring_contender", family.model or family.name, train, test, **settings)
    scores = model.scores()
    model.close()
    return scores


def run_set(programs, families, x, y, protocol, seeds):
    """{family: [our AUROC, our AP, theirs AUROC, theirs AP]}, means over the seeds."""
    found = {family.name: [] for family in families}
    for seed in range(1, seeds + 1):
        train, test, labels = PROTOCOLS[protocol](x, y, seed)
        if labels.sum() == 0:
            continue
        for family in families:
            row = list(figures(labels, ours(programs, family, train, test, seed)))
            if family.reference is not None:
                row += figures(labels, family.reference(train, seed)(test))
            found[family.name].append(row)
    return {name: np.mean(rows, axis=0) for name, rows in found.items() if rows}


def table(protocol, families, sets):
    lines = [f"| {protocol} | AUROC | AP | scikit-learn AUROC | AP |", "|---|---|---|---|---|"]
    means = {}
    for family in families:
        mean = np.mean([found[family.name] for found in sets], axis=0) * 100
        means[family.name] = mean
        lines.append("| " + " | ".join([family.name, *(f"{value:.1f}" for value in mean)]) + " |" + " |" * (4 - len(mean)))
    return lines, means


def verdicts(protocol, families, means):
    """What is required of the means, and which of it does not hold."""
    missed = []
    for family in families:
        mean = means[family.name]
        if len(mean) == 4 and family.same_method and mean[0] < mean[2] - 0.5:
            missed.append(f"{protocol}: {family.name} is {mean[2] - mean[0]:.1f} points below scikit-learn")
    if "default" in means:
        best = max((value for family in families if family.name != "default"
                   for value in (means[family.name][0], *means[family.name][2:3])), default=0)
        bar = max(best, references.BARS[protocol])
        if means["default"][0] <= bar:
            missed.append(f"{protocol}: the default's {means['default'][0]:.1f} is not above {bar:.1f}")
    return missed


def write_between_marks(path, lines, name):
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, rest = path.read_text(encoding="utf-8").split(begin)
    path.write_text(before + begin + "\n" + "\n".join(lines) + "\n" + end + rest.split(end)[1], encoding="utf-8")


def run_protocol(arguments, folder, protocol, families):
    per_set = []
    for path in sorted((arguments.data / folder).glob("*.npz")):
        data = np.load(path, allow_pickle=True)
        x, y = data["X"].astype(float), data["y"].astype(int).ravel()
        per_set.append(run_set(arguments.programs, families, x, y, protocol, arguments.seeds))
        print(f"{protocol} {path.stem}: " + " ".join(f"{name} {row[0] * 100:.1f}" for name, row in per_set[-1].items()),
              file=sys.stderr, flush=True)
    return table(f"{protocol}, {len(per_set)} {folder} sets", families, per_set)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", default="", help="families whose name is one of these, with commas between them")
    parser.add_argument("--protocol", choices=PROTOCOLS, help="only this one")
    parser.add_argument("--write", type=pathlib.Path, help="where the tables go, between the marks <!-- quality -->")
    arguments = parser.parse_args()
    if not os.environ.get("SONDE_DATA"):
        print("SONDE_DATA is not set: it names the folder with tabular/*.npz; nothing was measured")
        return 0
    arguments.data = pathlib.Path(os.environ["SONDE_DATA"])
    wanted = arguments.only.split(",")
    families = [family for family in references.FAMILIES if not arguments.only or family.name in wanted]
    lines, missed = [], []
    with one_thread():
        for folder in ("tabular", "embeddings"):
            for protocol in [arguments.protocol] if arguments.protocol else PROTOCOLS:
                rows, means = run_protocol(arguments, folder, protocol, families)
                lines += [*rows, ""]
                print("\n".join(rows) + "\n", flush=True)
                if folder == "tabular":
                    missed += verdicts(protocol, families, means)
    if arguments.write:
        write_between_marks(arguments.write, lines[:-1], "quality")
    print("\n".join(missed) if missed else "every goal is met")
    return 1 if missed else 0


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    sys.exit(main())
