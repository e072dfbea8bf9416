#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a scikit-learn IsolationForest as a model file of sonde.

In Python:      from export_isolation_forest import to_bytes
                pathlib.Path("forest.sonde").write_bytes(to_bytes(forest, training_rows))
In C++:         sonde::from_bytes<sonde::IsolationForestModel>(bytes)
From a shell:   export_isolation_forest.py forest.joblib forest.sonde [training rows.npy]

The scores are the negatives of scikit-learn's score_samples. The training rows, of which at most 512 are drawn,
calibrate the model; without them it has no default threshold. A joblib file is a program: load only what you trust.
"""
import pathlib
import struct
import sys
import zlib

import numpy as np

LEAF = 0xFFFFFFFF
LARGEST = np.finfo(np.float32).max
CALIBRATING_ROWS = 512


def average_path_length(samples):
    """c(n) of Liu, Ting, Zhou: Isolation forest, ICDM 2008."""
    n = np.maximum(samples, 3).astype(float)
    length = 2 * (np.log(n - 1) + np.euler_gamma) - 2 * (n - 1) / n
    return np.where(samples < 2, 0.0, np.where(samples < 3, 1.0, length))


def rounded_down(threshold):
    """The largest float that is not above it: floats are on the same side of both."""
    value = np.float32(min(max(threshold, -LARGEST), LARGEST))
    return np.nextafter(value, -LARGEST, dtype=np.float32) if value > threshold else value


def tree_bytes(tree, features):
    """Breadth-first: feature or LEAF, depth + c(rows), and of a split its threshold."""
    lengths = average_path_length(tree.n_node_samples)
    order, depths = [0], [0]
    parts = []
    for at in order:  # grows
        depth = depths[len(parts)]
        value = np.float32(depth + lengths[at])
        if tree.children_left[at] < 0:
            parts.append(struct.pack("<If", LEAF, value))
            continue
        order += [tree.children_left[at], tree.children_right[at]]
        depths += [depth + 1, depth + 1]
        parts.append(struct.pack("<Iff", features[tree.feature[at]], value, rounded_down(tree.threshold[at])))
    return struct.pack("<Q", len(parts)) + b"".join(parts)


def calibration_bytes(scores):
    """A ScoreCalibration of at most 512 scores."""
    values, counts = np.unique(np.asarray(scores, dtype=float), return_counts=True)
    up_to = np.cumsum(counts)
    state = struct.pack("<Q", len(scores))
    for kind, numbers in (("<f8", values), ("<u8", up_to - counts), ("<u8", up_to)):
        state += struct.pack("<Q", len(numbers)) + numbers.astype(kind).tobytes()
    return b"SCAL" + struct.pack("<H", 1) + state


def to_bytes(forest, training_rows=None, seed=1):
    """The model file of a fitted forest."""
    scores = []
    if training_rows is not None:
        rows = np.asarray(training_rows)
        drawn = np.random.default_rng(seed).permutation(len(rows))[:CALIBRATING_ROWS]
        scores = -forest.score_samples(rows[drawn])
    payload = b"ISOF" + struct.pack("<HQQQ", 1, forest.n_features_in_, forest.max_samples_, len(forest.estimators_))
    for estimator, features in zip(forest.estimators_, forest.estimators_features_):
        payload += tree_bytes(estimator.tree_, features)
    payload += calibration_bytes(scores)
    file = b"SNDE" + struct.pack("<Q", len(payload)) + payload
    return file + struct.pack("<I", zlib.crc32(file))


def main():
    if len(sys.argv) not in (3, 4):
        print(__doc__)
        return 2
    import joblib
    rows = np.load(sys.argv[3]) if len(sys.argv) == 4 else None
    pathlib.Path(sys.argv[2]).write_bytes(to_bytes(joblib.load(sys.argv[1]), rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
