# SPDX-License-Identifier: Apache-2.0
"""fit_ecod scores what ECOD is defined as, written in numpy.

ecod_test.py <folder of the built programs>   exit code 77: scikit-learn is not there
"""
import pathlib
import subprocess
import sys

try:
    import numpy as np
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
    train = 2 * len(rows) // 3
    found = ours(program, rows, train)
    columns = np.sort(rows[:train], axis=0)
    right = np.zeros(len(rows))
    for column, values in zip(columns.T, rows.T):
        at_most = np.searchsorted(column, values, side="right")
        at_least = train - np.searchsorted(column, values, side="left")
        right -= np.log(np.maximum(np.minimum(at_most, at_least), 1) / train)
    wrong = not np.allclose(found, right, rtol=1e-9, atol=1e-9)
    print(f"{name}: off by {np.abs(found - right).max():.2g}, {int(wrong)} wrong")
    return int(wrong)


def main():
    program = pathlib.Path(sys.argv[1]) / "reference_ecod"
    return 1 if sum(compare(program, *case) for case in cases()) else 0


if __name__ == "__main__":
    sys.exit(main())
