# SPDX-License-Identifier: Apache-2.0
"""The isolation forest beside scikit-learn's: equal from the same trees, alike from its own.

isolation_forest_test.py <folder of the built programs>   exit code 77: scikit-learn is not there

Scores of imported trees and of exported model files are score_samples to 1e-6. Scores of forests of 3000 trees, each
grown by its own program, have a rank correlation above 0.99 and means that differ by less than 0.01; scikit-learn's
own forests of 1000 trees have 0.985 among each other on the digits.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from scipy.stats import spearmanr
    from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine, make_blobs
    from sklearn.ensemble import IsolationForest
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

SOURCE = pathlib.Path(os.environ.get("SONDE_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(SOURCE / "tools" / "models"))
from export_isolation_forest import to_bytes  # noqa: E402

TREES = 3000


def cases():
    """Name, rows, options of scikit-learn's forest."""
    rng = np.random.default_rng(20240302)
    blobs, _ = make_blobs(3000, n_features=6, centers=4, cluster_std=1.5, random_state=1)
    yield "blobs", np.vstack([blobs, rng.uniform(-20, 20, (60, 6))]), {}
    yield "noise, offset 1000", rng.normal(size=(2000, 3)) + 1000, {}
    yield "heavy tails", rng.standard_cauchy((2000, 5)) * 1000, {}
    yield "iris", load_iris().data, {}
    yield "wine", load_wine().data, {}
    yield "breast cancer", load_breast_cancer().data, {}
    yield "digits, constant features", load_digits().data, {}
    yield "integers", rng.integers(0, 3, (1500, 4)), {}
    yield "blobs, samples of 1000", blobs, {"max_samples": 1000}
    yield "blobs, 4 of 6 features a tree", blobs, {"max_features": 4}


def lines_of(table):
    return [" ".join(f"{value:.9g}" for value in row) for row in table]


def run(command, queries, *more):
    """Scores, default threshold."""
    text = "\n".join([f"{len(queries)} {queries.shape[1]}", *lines_of(queries), *more])
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    *rows, threshold = done.stdout.splitlines()
    answers = np.array([row.split() for row in rows], dtype=float)
    assert np.allclose(answers[:, 1], answers[:, 0], rtol=1e-9), "shares do not sum to the score"
    return answers[:, 0], float(threshold)


def arrays(forest):
    yield f"{len(forest.estimators_)} {forest.max_samples_}"
    for estimator, features in zip(forest.estimators_, forest.estimators_features_):
        tree = estimator.tree_
        yield str(tree.node_count)
        for i in range(tree.node_count):
            feature = features[tree.feature[i]] if tree.children_left[i] >= 0 else -2
            yield (f"{tree.children_left[i]} {tree.children_right[i]} {feature} {tree.threshold[i]:.17g} "
                   f"{tree.n_node_samples[i]}")


def fitted(program, rows, queries, weights=None):
    table = rows if weights is None else np.column_stack([weights, rows])
    return run([program, "fit"], queries, f"{len(rows)} {TREES} {int(weights is not None)}", *lines_of(table))


def compare(program, folder, name, rows, options):
    """How many things are wrong."""
    rows = rows.astype(np.float32)
    rng = np.random.default_rng(7)
    near = rows[rng.integers(0, len(rows), 300)] + rng.normal(size=(300, rows.shape[1])) * rows.std() / 10
    queries = np.vstack([rows[:1000], near]).astype(np.float32)
    forest = IsolationForest(random_state=1, **options).fit(rows)
    theirs = -forest.score_samples(queries)
    off = np.abs(run([program, "trees"], queries, *arrays(forest))[0] - theirs).max()
    path = folder / "forest.sonde"
    path.write_bytes(to_bytes(forest, rows))
    scores, threshold = run([program, "file", path], queries)
    off = max(off, np.abs(scores - theirs).max())
    above = (-forest.score_samples(rows) > threshold).mean()
    wrong = (not off <= 1e-6) + (not above <= 0.03)
    if not options:
        queries = queries[::2]
        ours = fitted(program, rows, queries)[0]
        theirs = -IsolationForest(n_estimators=TREES, random_state=1).fit(rows).score_samples(queries)
        rank, mean = spearmanr(ours, theirs)[0], ours.mean() - theirs.mean()
        wrong += (not rank > 0.99) + (not abs(mean) < 0.01)
        print(f"{name}: imported off by {off:.2g}; fitted rank correlation {rank:.4f}, mean {mean:+.4f}, {wrong} wrong")
    else:
        print(f"{name}: imported off by {off:.2g}, {wrong} wrong")
    return wrong


def heavier_rows(program):
    """A row of integer weight w is drawn like w copies of it, as long as few of all rows are drawn."""
    rng = np.random.default_rng(8)
    rows = rng.normal(size=(6000, 2)).astype(np.float32)
    weights = np.where(rows[:, 0] > 1, 5, 1)
    copies = np.repeat(rows, weights, axis=0)
    queries = rows[:600]
    weighted = fitted(program, rows, queries, weights)[0]
    copied = -IsolationForest(n_estimators=TREES, random_state=1).fit(copies).score_samples(queries)
    rank = spearmanr(weighted, copied)[0]
    print(f"weights: rank correlation {rank:.4f} with copies of the rows")
    return not rank > 0.99


def main():
    program = pathlib.Path(sys.argv[1]) / "reference_isolation_forest"
    with tempfile.TemporaryDirectory() as folder:
        wrong = sum(compare(program, pathlib.Path(folder), *case) for case in cases())
    return 1 if wrong + heavier_rows(program) else 0


if __name__ == "__main__":
    sys.exit(main())
