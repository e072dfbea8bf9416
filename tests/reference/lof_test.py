# SPDX-License-Identifier: Apache-2.0
"""LofModel's scores are those of scikit-learn's LocalOutlierFactor(novelty=True), to 1e-6.

lof_test.py <folder of the built programs>   exit code 77: scikit-learn is not there

New rows by score; the training rows by density, and by the factors that 1, 5 and 25 % of them exceed.
"""
import pathlib
import subprocess
import sys
import warnings

try:
    import numpy as np
    from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine, make_blobs
    from sklearn.neighbors import LocalOutlierFactor
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

TOLERANCE = 1e-6


def off_the_grid(rows, rng):
    """Values of which no two distances are the same: of equally near rows scikit-learn takes any."""
    return rows + rng.normal(size=rows.shape) * rows.std(axis=0).clip(1e-3) / 100


def cases():
    """Name, rows, k."""
    rng = np.random.default_rng(20240229)
    blobs, _ = make_blobs(3000, n_features=8, centers=12, cluster_std=2.0, random_state=1)
    yield "blobs", blobs, 20
    yield "blobs, offset 1000", blobs + 1000, 20
    yield "noise in 40 features", rng.normal(size=(2000, 40)), 5
    # All rows at a place have the same neighbours: itself 24 times, or more.
    yield "duplicates", np.repeat(rng.normal(size=(60, 3)), rng.integers(25, 40, size=60), axis=0), 20
    yield "few duplicates", np.repeat(rng.normal(size=(300, 3)), 3, axis=0), 2
    yield "fewer rows than k", rng.normal(size=(12, 4)), 20
    yield "iris", off_the_grid(load_iris().data, rng), 20
    yield "wine", load_wine().data, 10
    yield "breast cancer", load_breast_cancer().data, 50
    yield "digits", off_the_grid(load_digits().data, rng), 20


def ours(program, rows, queries, k):
    """Scores of the queries, densities of the rows, thresholds."""
    lines = [f"{len(rows)} {rows.shape[1]} {k} {len(queries)}"]
    lines += [" ".join(f"{value:.9g}" for value in row) for part in (rows, queries) for row in part]
    done = subprocess.run([program], input="\n".join(lines), capture_output=True, text=True, check=True)
    return np.split(np.array(done.stdout.split(), dtype=float), [len(queries), len(queries) + len(rows)])


def compare(program, name, rows, k):
    """How many things are wrong."""
    rows = rows.astype(np.float32).astype(float)  # what both are given
    rng = np.random.default_rng(7)
    queries = (rows[rng.choice(len(rows), size=200)] + rng.normal(size=(200, rows.shape[1])) * rows.std() / 5)
    queries = np.vstack([queries.astype(np.float32).astype(float), rows[:50]])
    scores, densities, thresholds = ours(program, rows, queries, k)
    trained = LocalOutlierFactor(n_neighbors=k, novelty=True, algorithm="kd_tree").fit(rows)
    theirs, factors = -trained.score_samples(queries), -trained.negative_outlier_factor_
    wrong = int(np.sum(~np.isclose(scores, theirs, rtol=TOLERANCE, atol=0)))
    wrong += int(np.sum(~np.isclose(densities, trained._lrd, rtol=TOLERANCE, atol=0)))
    for share, threshold in zip((0.01, 0.05, 0.25), thresholds):
        wrong += int(np.mean(factors > threshold * (1 + TOLERANCE)) > share)
        wrong += int(np.abs(factors - threshold).min() > TOLERANCE * threshold)
    print(f"{name}: off by {np.max(np.abs(scores / theirs - 1)):.2g} at most, {wrong} wrong")
    return wrong


def main():
    warnings.filterwarnings("ignore")
    program = pathlib.Path(sys.argv[1]) / "reference_lof"
    return 1 if sum(compare(program, *case) for case in cases()) else 0


if __name__ == "__main__":
    sys.exit(main())
