# SPDX-License-Identifier: Apache-2.0
"""fit_pca finds the components of scikit-learn's PCA, and scores what follows from them.

pca_test.py <folder of the built programs>   exit code 77: scikit-learn is not there
"""
import pathlib
import subprocess
import sys

try:
    import numpy as np
    from sklearn.decomposition import PCA
    from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)


def cases():
    """Name, rows as both are given them."""
    rng = np.random.default_rng(20240501)
    for name, load in (("iris", load_iris), ("wine", load_wine), ("breast cancer", load_breast_cancer),
                       ("digits", load_digits)):
        yield name, load().data.astype(np.float32).astype(float)
    correlated = rng.normal(size=(500, 20)) @ rng.normal(size=(20, 20)) * np.geomspace(0.01, 100, 20)
    yield "correlated, offset 1000", (correlated + 1000).astype(np.float32).astype(float)
    yield "few rows", rng.normal(size=(15, 30)).astype(np.float32).astype(float)


def ours(program, rows, choice):
    """All that the program writes, as numbers."""
    lines = [f"{len(rows)} {rows.shape[1]} {choice}"] + [" ".join(f"{x:.9g}" for x in row) for row in rows]
    done = subprocess.run([program], input="\n".join(lines), capture_output=True, text=True, check=True)
    return np.array(done.stdout.split(), dtype=float)


def compare(program, name, rows):
    """How many things are wrong."""
    theirs = PCA(svd_solver="full").fit(rows)
    variances = theirs.explained_variance_
    kept = variances > 1e-9 * variances[0]
    answer = ours(program, rows, 0)
    count = int(answer[0])
    wrong = count != kept.sum()
    off = np.abs(answer[1:1 + count] / variances[kept] - 1).max()
    z = theirs.transform(rows)[:, kept]
    right = np.sqrt((z * z / variances[kept]).sum(axis=1))
    worst = np.abs(answer[1 + count:] / right - 1).max()
    wrong += not off <= 1e-6
    wrong += not worst <= 2e-5
    for components in (1, 3):
        model = PCA(components, svd_solver="full").fit(rows)
        left = np.linalg.norm(rows - model.inverse_transform(model.transform(rows)), axis=1)
        found = ours(program, rows, components)[1 + components:]
        gap = np.abs(found - left).max() / np.linalg.norm(rows - model.mean_, axis=1).max()
        wrong += not gap <= 1e-6
        print(f"{name}, {components}: residuals off by {gap:.2g} of the largest distance")
    print(f"{name}: variances off by {off:.2g}, scores by {worst:.2g}, {wrong} wrong")
    return wrong


def main():
    program = pathlib.Path(sys.argv[1]) / "reference_pca"
    return 1 if sum(compare(program, *case) for case in cases()) else 0


if __name__ == "__main__":
    sys.exit(main())
