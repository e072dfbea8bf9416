# SPDX-License-Identifier: Apache-2.0
"""fit_one_class_svm ends where scikit-learn's OneClassSVM ends: decision values to 1e-3 at the usual tolerance.

one_class_svm_test.py <folder of the built programs>   exit code 77: scikit-learn is not there

With both tolerances at 1e-9, what the kernel matrix in float allows: to 2e-6 of the largest. Scores are the stated
function of scikit-learn's `score_samples`.
"""
import pathlib
import subprocess
import sys

try:
    import numpy as np
    from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine, make_blobs
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import OneClassSVM
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)


def standard(rows):
    return StandardScaler().fit_transform(rows)


def cases():
    """Name, rows, nu, gamma (0: linear), weights."""
    rng = np.random.default_rng(20240229)
    blobs, _ = make_blobs(1500, n_features=8, centers=5, cluster_std=2.0, random_state=1)
    blobs = standard(blobs)
    yield "blobs", blobs, 0.5, 1 / 8, None
    yield "blobs, nu 0.05", blobs, 0.05, 1 / 8, None
    yield "blobs, offset 1000", blobs + 1000, 0.1, 1 / 8, None
    yield "blobs, weighted", blobs, 0.2, 1 / 8, rng.integers(0, 4, size=len(blobs)).astype(float)
    yield "blobs, narrow kernel", blobs, 0.1, 5.0, None
    yield "blobs off the origin, linear", blobs + 3, 0.1, 0, None
    yield "noise in 40 features", rng.normal(size=(800, 40)), 0.5, 1 / 40, None
    for name, load in (("iris", load_iris), ("wine", load_wine), ("breast cancer", load_breast_cancer),
                       ("digits", load_digits)):
        rows = standard(load().data)
        yield name, rows, 0.5, 1 / rows.shape[1], None
        yield name + ", nu 0.1", rows, 0.1, 1 / rows.shape[1], None


def ours(program, rows, nu, gamma, weights, tolerance):
    """rho, support vectors, and per row decision and score."""
    table = rows if weights is None else np.column_stack([weights, rows])
    lines = [f"{len(rows)} {rows.shape[1]} {nu} {gamma:.17g} {tolerance} {int(weights is not None)}"]
    lines += [" ".join(f"{value:.9g}" for value in row) for row in table]
    done = subprocess.run([program], input="\n".join(lines), capture_output=True, text=True, check=True)
    head, *rest = done.stdout.splitlines()
    rho, vectors, converged = head.split()
    answers = np.array([line.split() for line in rest], dtype=float)
    return float(rho), int(vectors), converged == "1", answers[:, 0], answers[:, 1]


def compare(program, name, rows, nu, gamma, weights):
    """How many things are wrong."""
    rows = rows.astype(np.float32).astype(float)  # what both are given
    wrong = 0
    said = []
    for tolerance, allowed in ((1e-3, 1e-3), (1e-9, None)):
        kernel = {"kernel": "rbf", "gamma": gamma} if gamma > 0 else {"kernel": "linear"}
        theirs = OneClassSVM(nu=nu, tol=tolerance, **kernel).fit(rows, sample_weight=weights)
        samples, decision = theirs.score_samples(rows), theirs.decision_function(rows)
        rho, vectors, converged, mine, scores = ours(program, rows, nu, gamma, weights, tolerance)
        off = np.abs(mine - decision).max()
        said.append(f"{off:.2g} ({off / np.abs(samples).max():.2g})")
        wrong += not off <= (allowed if allowed is not None else 2e-6 * np.abs(samples).max())
        wrong += not converged
        wrong += abs(vectors - len(theirs.support_)) > 0.02 * len(rows) and gamma > 0
        if gamma > 0:
            expected = -np.log((mine + rho) / (nu * (len(rows) if weights is None else weights.sum())))
            bound = 1e-6 * (rows.shape[1] + 10)
        else:
            expected = np.logaddexp(0, -mine / abs(rho))
            bound = 1e-9
        wrong += not np.allclose(scores, expected, rtol=bound, atol=bound)
    print(f"{name}: decision values off by {said[0]}, at tight tolerance {said[1]} of the largest, {wrong} wrong")
    return wrong


def main():
    program = pathlib.Path(sys.argv[1]) / "reference_one_class_svm"
    return 1 if sum(compare(program, *case) for case in cases()) else 0


if __name__ == "__main__":
    sys.exit(main())
