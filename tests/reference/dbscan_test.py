# SPDX-License-Identifier: Apache-2.0
"""dbscan_clusters gives scikit-learn's DBSCAN labels, to the last; scores are distances to its core rows / eps.

dbscan_test.py <folder of the built programs>   exit code 77: scikit-learn is not there

Without eps: the core rows are those whose distance to their 10th neighbour, themselves the first, is at most the
90 % quantile of all.
"""
import pathlib
import subprocess
import sys

try:
    import numpy as np
    from sklearn.cluster import DBSCAN
    from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine, make_blobs, make_moons
    from sklearn.neighbors import NearestNeighbors
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)


def reach_of(rows, min_points=10):
    return NearestNeighbors(n_neighbors=min_points).fit(rows).kneighbors(rows)[0][:, -1]


def cases():
    """Name, rows, eps, min_points, weights; eps 0: the default."""
    rng = np.random.default_rng(20240301)
    for name, load in (("iris", load_iris), ("wine", load_wine), ("breast cancer", load_breast_cancer),
                       ("digits", load_digits)):
        rows = load().data
        yield f"{name}, default", rows, 0, 10, None
        reach = reach_of(rows.astype(np.float32).astype(float), 5)
        for share in (0.3, 0.6, 0.9):
            # Rounded to half units: rows of integers are at exactly such distances.
            yield f"{name}, {share:.0%} core", rows, max(np.round(np.quantile(reach, share) * 2) / 2, 0.5), 5, None
        yield f"{name}, weighted", rows, float(np.quantile(reach, 0.5)), 12, rng.integers(0, 5, len(rows))
    blobs, _ = make_blobs(3000, n_features=2, centers=30, cluster_std=0.5, random_state=1)
    yield "blobs", blobs, 0.25, 10, None
    yield "blobs, chains", blobs, 0.2, 3, None
    yield "blobs, offset 10000", blobs + 10000, 0.25, 10, None
    blobs, _ = make_blobs(3000, n_features=12, centers=12, cluster_std=2, random_state=2)
    blobs = np.vstack([blobs, rng.uniform(-12, 12, (300, 12))])
    yield "blobs in 12 features", rng.permutation(blobs), 5.0, 8, None
    moons, _ = make_moons(2000, noise=0.08, random_state=3)
    moons = moons[rng.integers(0, len(moons), 4000)]
    yield "moons with duplicates", moons, 0.06, 10, None
    yield "moons with duplicates, default", moons, 0, 10, None
    iris = load_iris().data
    yield "mostly duplicates, default", np.vstack([np.repeat(iris[:80], 12, axis=0), iris[80:]]), 0, 10, None
    yield "nothing but duplicates, default", np.repeat(iris, 12, axis=0), 0, 10, None
    for features, values, count in ((1, 400, 300), (2, 40, 900), (3, 12, 900), (6, 4, 900), (20, 3, 1500)):
        grid = rng.integers(0, values, (count, features)).astype(float)
        for eps in (1, np.sqrt(2), 2, np.sqrt(5), 3):
            yield f"integers, {features} features, eps {eps:.3g}", grid, eps, 5 if features < 20 else 3, None


def ours(program, rows, eps, min_points, weights, queries):
    """Number of clusters, eps, label and core of each row, score and cluster of each query."""
    table = rows if weights is None else np.column_stack([weights, rows])
    lines = [f"{len(rows)} {rows.shape[1]} {eps:.17g} {min_points} {int(weights is not None)} {len(queries)}"]
    for part in (table, queries):
        lines += [" ".join(f"{value:.9g}" for value in row) for row in part]
    done = subprocess.run([program], input="\n".join(lines), capture_output=True, text=True, check=True)
    head, *rest = done.stdout.splitlines()
    answers = np.array([line.split() for line in rest], dtype=float)
    labels, scores = answers[:len(rows)].astype(int), answers[len(rows):]
    return int(head.split()[0]), float(head.split()[1]), labels[:, 0], labels[:, 1] > 0, scores


def compare(program, name, rows, eps, min_points, weights):
    """How many things are wrong."""
    rows = rows.astype(np.float32).astype(float)  # what both are given
    rng = np.random.default_rng(7)
    queries = rows[rng.integers(0, len(rows), 200)] + rng.normal(size=(200, rows.shape[1])) * rows.std() / 10
    queries = queries.astype(np.float32).astype(float)
    clusters, used, labels, is_core, answers = ours(program, rows, eps, min_points, weights, queries)
    theirs = DBSCAN(eps=used, min_samples=min_points).fit(rows, sample_weight=weights)
    core = theirs.core_sample_indices_
    wrong = 0
    if eps == 0:
        reach = reach_of(rows, min_points)
        core = np.flatnonzero(reach <= np.quantile(reach, 0.9))
    else:
        wrong += not np.array_equal(labels, theirs.labels_)
        wrong += clusters != theirs.labels_.max() + 1
    wrong += not np.array_equal(np.flatnonzero(is_core), core)
    if len(core) > 0:
        distances, nearest = NearestNeighbors(n_neighbors=1).fit(rows[core]).kneighbors(queries)
        wrong += not np.allclose(answers[:, 0] * used, distances[:, 0], rtol=1e-6, atol=1e-6 * np.abs(rows).max())
        assigned = np.where(distances[:, 0] <= used, labels[core][nearest[:, 0]], -1)
        wrong += not (answers[:, 1] == assigned).mean() >= 0.99  # equally near core rows of two clusters
    print(f"{name}: {clusters} clusters, {len(core)} core rows, {(labels < 0).sum()} noise, {wrong} wrong")
    return wrong


def main():
    program = pathlib.Path(sys.argv[1]) / "reference_dbscan"
    return 1 if sum(compare(program, *case) for case in cases()) else 0


if __name__ == "__main__":
    sys.exit(main())
