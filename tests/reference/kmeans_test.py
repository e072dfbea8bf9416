# SPDX-License-Identifier: Apache-2.0
"""fit_kmeans ends where scikit-learn's KMeans ends, from the same first centres: inertia to 1e-6.

kmeans_test.py <folder of the built programs>   exit code 77: scikit-learn is not there

With the same first centres also: the same number of iterations, the same cluster of every row, scores to 1e-5.
With 20 restarts of its own k-means++ the inertia is at most 1 % above scikit-learn's.
"""
import pathlib
import subprocess
import sys
import warnings

try:
    import numpy as np
    from sklearn.cluster import KMeans
    from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine, make_blobs
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

TOLERANCE = 1e-6


def cases():
    """Name, rows, clusters, weights."""
    rng = np.random.default_rng(20240229)
    blobs, _ = make_blobs(3000, n_features=16, centers=12, cluster_std=4.0, random_state=1)
    yield "blobs", blobs, 12, None
    yield "blobs, offset 1000", blobs + 1000, 12, None
    yield "blobs, weighted", blobs, 12, rng.integers(1, 6, size=len(blobs)).astype(float)
    yield "noise in 40 features", rng.normal(size=(2000, 40)), 20, None
    yield "iris", load_iris().data, 3, None
    yield "wine", load_wine().data, 5, None
    yield "breast cancer", load_breast_cancer().data, 6, None
    yield "digits", load_digits().data, 10, None
    yield "digits, many clusters", load_digits().data, 64, None


def ours(program, rows, clusters, weights, centres=None):
    """Inertia, iterations, number of clusters, cluster of each row, score of each row."""
    table = rows if weights is None else np.column_stack([weights, rows])
    lines = [f"{len(rows)} {rows.shape[1]} {clusters} {20 if centres is None else 0} {int(weights is not None)}"]
    for part in [table] + ([] if centres is None else [centres]):
        lines += [" ".join(f"{value:.9g}" for value in row) for row in part]
    done = subprocess.run([program], input="\n".join(lines), capture_output=True, text=True, check=True)
    head, *rest = done.stdout.splitlines()
    inertia, iterations, count = head.split()
    answers = np.array([line.split() for line in rest], dtype=float)
    return float(inertia), int(iterations), int(count), answers[:, 0].astype(int), answers[:, 1]


def compare(program, name, rows, clusters, weights):
    """How many things are wrong."""
    rows = rows.astype(np.float32).astype(float)  # what both are given
    rng = np.random.default_rng(7)
    wrong = 0
    worst = 0.0
    for _ in range(5):
        centres = rows[rng.choice(len(rows), size=clusters, replace=False)]
        # Off the rows: where data is of integers, rounding would decide which of two equally near it is.
        centres = (centres + rng.normal(size=centres.shape) * rows.std() / 50).astype(np.float32).astype(float)
        theirs = KMeans(clusters, init=centres, n_init=1, algorithm="lloyd").fit(rows, sample_weight=weights)
        inertia, iterations, _, labels, scores = ours(program, rows, clusters, weights, centres)
        worst = max(worst, abs(inertia / theirs.inertia_ - 1))
        distances = theirs.transform(rows).min(axis=1)
        wrong += not abs(inertia / theirs.inertia_ - 1) <= TOLERANCE
        wrong += iterations != theirs.n_iter_
        wrong += not np.array_equal(labels, theirs.labels_)
        wrong += not np.allclose(scores, distances, rtol=1e-5, atol=1e-6 * np.abs(rows).max())
    free = KMeans(clusters, n_init=20, random_state=1).fit(rows, sample_weight=weights)
    ratio = ours(program, rows, clusters, weights)[0] / free.inertia_
    wrong += not ratio <= 1.01
    print(f"{name}: inertia off by {worst:.2g} at most, own first centres {ratio:.5f} of theirs, {wrong} wrong")
    return wrong


def main():
    warnings.filterwarnings("ignore", category=FutureWarning)
    program = pathlib.Path(sys.argv[1]) / "reference_kmeans"
    return 1 if sum(compare(program, *case) for case in cases()) else 0


if __name__ == "__main__":
    sys.exit(main())
