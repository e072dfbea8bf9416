# SPDX-License-Identifier: Apache-2.0
"""fit_random_forest ranks as scikit-learn's RandomForestClassifier ranks, from other random draws.

random_forest_test.py <folder of the built programs>   exit code 77: scikit-learn is not there

On rows that were not learned from, over 5 seeds each: the mean AUROC differs by at most 4 standard errors plus 0.002,
mean scores have a correlation above 0.98, importances differ by less than 0.03. Of rows that are normal at most 3 %
exceed the default threshold.
"""
import pathlib
import subprocess
import sys

try:
    import numpy as np
    from sklearn.datasets import load_breast_cancer, load_digits, load_wine
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import roc_auc_score
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

SEEDS = 5


def cases():
    """Name, rows, labels, options of scikit-learn."""
    rng = np.random.default_rng(20240306)
    rows = rng.normal(size=(3000, 10))
    yield "real numbers", rows, rows[:, 0] + rows[:, 1] * rows[:, 2] + rng.normal(size=3000) / 2 > 2, {}
    whole = rng.integers(0, 20, (3000, 8))
    odd = (whole[:, 0] + whole[:, 1] > 32) ^ (rng.random(3000) < 0.03)
    yield "integers", whole, odd, {}
    yield "integers, balanced", whole, odd, {"class_weight": "balanced"}
    yield "integers, entropy", whole, odd, {"criterion": "entropy"}
    yield "breast cancer", load_breast_cancer().data, load_breast_cancer().target == 0, {}
    yield "wine", load_wine().data, load_wine().target == 2, {}
    yield "digits, constant features", load_digits().data, load_digits().target == 8, {}


def ours(program, rows, labels, options, queries, seed):
    """Default threshold, importances, scores."""
    lines = [f"{len(rows)} {rows.shape[1]} {len(queries)} {seed} {int('class_weight' in options)} "
             f"{int('criterion' in options)}"]
    for table in (np.column_stack([labels, rows]), queries):
        lines += [" ".join(f"{value:.9g}" for value in row) for row in table]
    done = subprocess.run([program], input="\n".join(lines), capture_output=True, text=True, check=True)
    threshold, importances, *scores = done.stdout.splitlines()
    return float(threshold), np.array(importances.split(), dtype=float), np.array(scores, dtype=float)


def compare(program, name, rows, labels, options):
    """How many things are wrong."""
    rows, labels = rows.astype(np.float32), labels.astype(int)
    learn = np.random.default_rng(9).random(len(rows)) < 0.5
    queries, truth = rows[~learn], labels[~learn]
    mine, theirs, alarms = [], [], []
    for seed in range(1, SEEDS + 1):
        threshold, importances, scores = ours(program, rows[learn], labels[learn], options, queries, seed)
        forest = RandomForestClassifier(random_state=seed, **options).fit(rows[learn], labels[learn])
        mine.append((roc_auc_score(truth, scores), scores, importances))
        other = forest.predict_proba(queries)[:, 1]
        theirs.append((roc_auc_score(truth, other), other, forest.feature_importances_))
        alarms.append((scores[truth == 0] > threshold).mean())
    (auroc, scores, importances), (other_auroc, other, other_importances) = (
        [np.array(column) for column in zip(*found)] for found in (mine, theirs))
    error = np.sqrt((auroc.var(ddof=1) + other_auroc.var(ddof=1)) / SEEDS)
    off = auroc.mean() - other_auroc.mean()
    correlation = np.corrcoef(scores.mean(axis=0), other.mean(axis=0))[0, 1]
    importance = np.abs(importances.mean(axis=0) - other_importances.mean(axis=0)).max()
    wrong = ((not abs(off) <= 4 * error + 0.002) + (not correlation > 0.98) + (not importance < 0.03)
             + (not np.mean(alarms) <= 0.03))
    print(f"{name}: AUROC {auroc.mean():.4f}, theirs {other_auroc.mean():.4f} (standard error of the difference "
          f"{error:.4f}), correlation {correlation:.4f}, importances off by {importance:.3f}, false alarms "
          f"{np.mean(alarms):.4f}, {wrong} wrong")
    return wrong


def main():
    program = pathlib.Path(sys.argv[1]) / "reference_random_forest"
    return 1 if sum(compare(program, *case) for case in cases()) else 0


if __name__ == "__main__":
    sys.exit(main())
