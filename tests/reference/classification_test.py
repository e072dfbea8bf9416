# SPDX-License-Identifier: Apache-2.0
"""Every figure of sonde::Classification equals scikit-learn's to 1e-12, on 100,000 random labels.

classification_test.py <folder of the built programs>   exit code 77: scikit-learn is not there
"""
import pathlib
import subprocess
import sys
import warnings

try:
    import numpy as np
    from sklearn import metrics
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

ROWS = 100_000
TOLERANCE = 1e-12


def draw(rng, shares, right):
    """Labels with these shares, and predictions of which the share `right` was not left to chance."""
    shares = np.asarray(shares) / np.sum(shares)
    actual = rng.choice(len(shares), size=ROWS, p=shares)
    guess = rng.integers(len(shares), size=ROWS)
    return actual, np.where(rng.random(ROWS) < right, actual, guess)


def cases():
    """Name, number of classes, labels, predictions."""
    rng = np.random.default_rng(20240229)
    yield "binary", 2, *draw(rng, [1, 1], 0.7)
    yield "binary, one in a thousand is positive", 2, *draw(rng, [999, 1], 0.9)
    actual, predicted = draw(rng, [3, 1], 0.5)
    yield "binary, nothing is predicted positive", 2, actual, predicted * 0
    yield "binary, nothing is positive", 2, actual * 0, predicted
    yield "binary, worse than chance", 2, actual, 1 - actual
    yield "10 classes", 10, *draw(rng, [1] * 10, 0.6)
    yield "10 classes by chance", 10, *draw(rng, [1] * 10, 0)
    yield "10 classes, each half as frequent as the one before", 10, *draw(rng, 0.5 ** np.arange(10), 0.8)
    actual, predicted = draw(rng, [1] * 10, 0.6)
    yield "class 3 is never a label", 10, np.where(actual == 3, 4, actual), predicted
    yield "class 7 is never predicted", 10, actual, np.where(predicted == 7, 0, predicted)
    yield "classes 0 and 9 are neither", 10, actual % 8 + 1, predicted % 8 + 1
    yield "all right", 10, actual, actual


def expected(classes, actual, predicted, zero):
    """The figures that reference_classification prints, from scikit-learn."""
    figures = {
        "accuracy": metrics.accuracy_score(actual, predicted),
        "balanced_accuracy": metrics.balanced_accuracy_score(actual, predicted),
        "matthews": metrics.matthews_corrcoef(actual, predicted),
    }
    averages = (["binary"] if classes == 2 else []) + ["micro", "macro", "weighted"]
    for name, beta in (("f1", 1), ("f_half", 0.5), ("f_two", 2)):
        for average in averages:
            scores = metrics.precision_recall_fscore_support(
                actual, predicted, beta=beta, average=average, zero_division=zero)
            figures[f"precision_{average}"], figures[f"recall_{average}"] = scores[:2]
            figures[f"{name}_{average}"] = scores[2]
        scores = metrics.precision_recall_fscore_support(
            actual, predicted, beta=beta, labels=range(classes), average=None, zero_division=zero)
        for i in range(classes):
            for figure, values in zip(("precision", "recall", name, "support"), scores):
                figures[f"{figure}_{i}"] = values[i]
    cells = metrics.confusion_matrix(actual, predicted, labels=range(classes))
    figures.update({f"cell_{i}_{j}": cells[j][i] for i in range(classes) for j in range(classes)})
    return figures


def measured(program, classes, actual, predicted, zero):
    rows = "\n".join(f"{p} {a}" for p, a in zip(predicted.tolist(), actual.tolist()))
    done = subprocess.run([program], input=f"{classes} {zero}\n{rows}\n", text=True, check=True,
                          capture_output=True)
    return {figure: float(value) for figure, value in map(str.split, done.stdout.splitlines())}


def main():
    program = pathlib.Path(sys.argv[1]) / "reference_classification"
    warnings.filterwarnings("ignore")  # scikit-learn warns of labels that are absent: that is the point
    wrong = compared = 0
    worst = 0.0
    for name, classes, actual, predicted in cases():
        for zero in (0, 1):
            want = expected(classes, actual, predicted, zero)
            have = measured(program, classes, actual, predicted, zero)
            if want.keys() != have.keys():
                print(f"{name}: not the same figures: {sorted(want.keys() ^ have.keys())}")
                wrong += 1
            for figure in want.keys() & have.keys():
                compared += 1
                off = abs(want[figure] - have[figure])
                worst = max(worst, off)
                if not off <= TOLERANCE:
                    print(f"{name}, 0/0 = {zero}: {figure} is {have[figure]!r}, scikit-learn has {want[figure]!r}")
                    wrong += 1
    print(f"{compared} figures compared, largest difference {worst:.3g}, {wrong} wrong")
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
