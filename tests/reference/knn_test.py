# SPDX-License-Identifier: Apache-2.0
"""KnnModel's scores are the distances of scikit-learn's NearestNeighbors, to 1e-6.

knn_test.py <folder of the built programs>   exit code 77: scikit-learn is not there

New rows by the distance to the kth nearest and by the mean of the k; the training rows' own, each without itself, by
the scores that 1, 5 and 25 % of them exceed.
"""
import pathlib
import subprocess
import sys

try:
    import numpy as np
    from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine, make_blobs
    from sklearn.neighbors import NearestNeighbors
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

TOLERANCE = 1e-6


def cases():
    """Name, rows, k."""
    rng = np.random.default_rng(20240229)
    blobs, _ = make_blobs(3000, n_features=8, centers=12, cluster_std=2.0, random_state=1)
    yield "blobs", blobs, 20
    yield "blobs, offset 1000", blobs + 1000, 20
    yield "noise in 40 features", rng.normal(size=(2000, 40)), 5
    yield "duplicates", rng.integers(0, 4, size=(2000, 3)).astype(float), 10
    yield "iris", load_iris().data, 5
    yield "wine", load_wine().data, 1
    yield "breast cancer", load_breast_cancer().data, 50
    yield "digits", load_digits().data, 1000


def ours(program, rows, queries, k):
    """A line of two numbers per query, then those of the calibration."""
    lines = [f"{len(rows)} {rows.shape[1]} {k} {len(queries)}"]
    lines += [" ".join(f"{value:.9g}" for value in row) for part in (rows, queries) for row in part]
    done = subprocess.run([program], input="\n".join(lines), capture_output=True, text=True, check=True)
    answers = np.array([line.split() for line in done.stdout.splitlines()], dtype=float)
    return answers[:len(queries)], answers[len(queries):]


def both(distances):
    """Farthest and mean, side by side."""
    return np.column_stack([distances[:, -1], distances.mean(axis=1)])


def compare(program, name, rows, k):
    """How many things are wrong."""
    rows = rows.astype(np.float32).astype(float)  # what both are given
    rng = np.random.default_rng(7)
    queries = (rows[rng.choice(len(rows), size=200)] + rng.normal(size=(200, rows.shape[1])) * rows.std() / 5)
    queries = np.vstack([queries.astype(np.float32).astype(float), rows[:50]])
    scores, thresholds = ours(program, rows, queries, k)
    trained = NearestNeighbors(n_neighbors=k, algorithm="kd_tree").fit(rows)
    theirs = both(trained.kneighbors(queries)[0])
    usual = np.sort(both(trained.kneighbors()[0]), axis=0)
    wrong = int(np.sum(~np.isclose(scores, theirs, rtol=TOLERANCE, atol=1e-12)))
    for share, threshold in zip((0.01, 0.05, 0.25), thresholds):
        for column in range(2):  # at most this share exceed it, and it is one of them
            wrong += int(np.mean(usual[:, column] > threshold[column] * (1 + TOLERANCE)) > share)
            nearest = np.abs(usual[:, column] - threshold[column]).min()
            wrong += int(nearest > TOLERANCE * max(threshold[column], 1e-6))
    worst = np.max(np.abs(scores - theirs) / np.maximum(theirs, 1e-12))
    print(f"{name}: off by {worst:.2g} at most, {wrong} wrong")
    return wrong


def main():
    program = pathlib.Path(sys.argv[1]) / "reference_knn"
    return 1 if sum(compare(program, *case) for case in cases()) else 0


if __name__ == "__main__":
    sys.exit(main())
