# SPDX-License-Identifier: Apache-2.0
"""fit_mahalanobis estimates what scikit-learn's LedoitWolf, numpy's cov and MinCovDet estimate.

mahalanobis_test.py <folder of the built programs>   exit code 77: scikit-learn is not there
"""
import pathlib
import subprocess
import sys

try:
    import numpy as np
    from sklearn.covariance import LedoitWolf, MinCovDet
    from sklearn.metrics import roc_auc_score
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


def split(answer, features):
    """Shrinkage, support, mean, covariance, scores."""
    size = features * (features + 1) // 2
    covariance = np.zeros((features, features))
    covariance[np.tril_indices(features)] = answer[2 + features:2 + features + size]
    covariance += np.tril(covariance, -1).T
    return answer[0], answer[1], answer[2:2 + features], covariance, answer[2 + features + size:]


def distances(rows, mean, covariance):
    """In deviations of the features, so that numpy inverts what is well conditioned."""
    scale = np.sqrt(np.diag(covariance))
    scale[scale == 0] = 1
    y = (rows - mean) / scale
    return np.sqrt(np.maximum((y @ np.linalg.pinv(covariance / np.outer(scale, scale), hermitian=True) * y).sum(1), 0))


def compare(program, name, rows):
    """How many things are wrong."""
    features = rows.shape[1]
    constant = rows.std(axis=0) == 0
    wrong = 0
    for estimate in (0, 1):
        shrinkage, support, mean, covariance, scores = split(ours(program, rows, estimate), features)
        if estimate == 0:
            theirs = LedoitWolf().fit(rows)
            expected, share = theirs.covariance_, theirs.shrinkage_
        else:
            expected, share = np.cov(rows, rowvar=False), 0.001
            expected = 0.999 * expected + 0.001 * np.trace(expected) / features * np.eye(features)
        off = np.abs(covariance - expected).max() / np.abs(expected).max()
        right = distances(rows, rows.mean(axis=0), expected)
        worst = np.abs(scores / np.maximum(right, 1e-9) - 1).max()
        wrong += not abs(shrinkage - share) <= 1e-6 * max(share, 1e-3)
        wrong += not off <= 1e-6
        wrong += not np.allclose(mean, rows.mean(axis=0), rtol=1e-9)
        wrong += not worst <= 2e-5
        wrong += support != len(rows)
        print(f"{name}, {estimate}: covariance off by {off:.2g}, scores by {worst:.2g}, {wrong} wrong")
    return wrong + compare_robust(program, name, rows[:, ~constant])


def compare_robust(program, name, rows):
    """The rows that lie apart are told from the others as well as by scikit-learn."""
    half = np.array([np.unique(column, return_counts=True)[1].max() for column in rows.T]).max() >= len(rows) / 2
    if len(rows) < 5 * rows.shape[1] or half:
        return 0  # half of the rows lie in a subspace: both fall back, and not alike
    rng = np.random.default_rng(1)
    far = rows.mean(axis=0) + rows.std(axis=0) * (3 + 0.3 * rng.normal(size=(len(rows) // 10, rows.shape[1])))
    rows = np.vstack([rows, far]).astype(np.float32).astype(float)
    labels = np.arange(len(rows)) >= len(rows) - len(far)
    scores = split(ours(program, rows, 2), rows.shape[1])[4]
    mine = roc_auc_score(labels, scores)
    theirs = roc_auc_score(labels, MinCovDet(random_state=1).fit(rows).mahalanobis(rows))
    print(f"{name}, robust: AUROC {mine:.4f}, theirs {theirs:.4f}")
    return int(mine < theirs - 0.02)


def main():
    program = pathlib.Path(sys.argv[1]) / "reference_mahalanobis"
    return 1 if sum(compare(program, *case) for case in cases()) else 0


if __name__ == "__main__":
    sys.exit(main())
