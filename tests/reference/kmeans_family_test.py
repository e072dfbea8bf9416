# SPDX-License-Identifier: Apache-2.0
"""silhouette is scikit-learn's to 1e-9; fit_minibatch_kmeans is as good as its MiniBatchKMeans.

kmeans_family_test.py <folder of the built programs>   exit code 77: scikit-learn is not there

The mean inertia of ten mini-batch fits is at most 5 % above that of ten of scikit-learn's, with the same clusters,
batches and starts.
"""
import pathlib
import subprocess
import sys
import warnings

try:
    import numpy as np
    from sklearn.cluster import KMeans, MiniBatchKMeans
    from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine, make_blobs
    from sklearn.metrics import silhouette_score
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)


def cases():
    """Name, rows, clusters."""
    yield "blobs", make_blobs(3000, n_features=16, centers=12, cluster_std=4.0, random_state=1)[0], 12
    yield "noise in 20 features", np.random.default_rng(1).normal(size=(2000, 20)), 15
    yield "iris", load_iris().data, 3
    yield "wine", load_wine().data, 5
    yield "breast cancer", load_breast_cancer().data, 6
    yield "digits", load_digits().data, 10


def run(program, what, rows, clusters, batch, labels=None):
    table = rows if labels is None else np.column_stack([labels, rows])
    lines = [f"{what} {len(rows)} {rows.shape[1]} {clusters} {batch}"]
    lines += [" ".join(f"{value:.9g}" for value in row) for row in table]
    done = subprocess.run([program], input="\n".join(lines), capture_output=True, text=True, check=True)
    return np.array(done.stdout.split(), dtype=float)


def compare(program, name, rows, clusters):
    """How many things are wrong."""
    rows = rows.astype(np.float32).astype(float)  # what both are given
    labels = KMeans(clusters, n_init=1, random_state=1).fit(rows).labels_
    ours = run(program, "silhouette", rows, clusters, 0, labels)[0]
    off = abs(ours - silhouette_score(rows, labels))
    batch = 256
    theirs = [MiniBatchKMeans(clusters, batch_size=batch, n_init=3, random_state=seed).fit(rows).inertia_
              for seed in range(10)]
    ratio = run(program, "minibatch", rows, clusters, batch).mean() / np.mean(theirs)
    print(f"{name}: silhouette {ours:.4f}, off by {off:.2g}; mini-batch inertia {ratio:.4f} of theirs")
    return int(not off <= 1e-9) + int(not ratio <= 1.05)


def main():
    warnings.filterwarnings("ignore")
    program = pathlib.Path(sys.argv[1]) / "reference_kmeans_family"
    return 1 if sum(compare(program, *case) for case in cases()) else 0


if __name__ == "__main__":
    sys.exit(main())
