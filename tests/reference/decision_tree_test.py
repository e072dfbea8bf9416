# SPDX-License-Identifier: Apache-2.0
"""fit_decision_tree grows the tree that scikit-learn's DecisionTreeClassifier grows.

decision_tree_test.py <folder of the built programs>   exit code 77: scikit-learn is not there

Node by node: the same feature, the same threshold, the same share. Where two splits are equally good, scikit-learn
takes the one that its seed shows it first: such a node is followed no further, but both splits must lower the
impurity by the same to 1e-9, and there is none in the cases that say so. Where no tie was found, probabilities are
equal to 1e-6, classes and importances equal.
"""
import pathlib
import subprocess
import sys

try:
    import numpy as np
    from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
    from sklearn.tree import DecisionTreeClassifier
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)


def cases():
    """Name, rows, labels, options of scikit-learn, weights, whether no two splits of a node are equally good."""
    rng = np.random.default_rng(20240305)
    whole = rng.integers(-500, 500, (3000, 6))
    odd = ((whole[:, 0] + whole[:, 1] > 300) ^ (whole[:, 3] > 400) ^ (rng.random(3000) < 0.05)).astype(int)
    kinds = (whole[:, 2] > 0).astype(int) + (whole[:, 4] > 250) + odd
    fine = rng.random(3000) + 0.5
    heavy = rng.integers(1, 7, 3000).astype(float)
    some = rng.integers(0, 3, 3000) * rng.random(3000)
    leaf = {"min_samples_leaf": 60}
    yield "integers", whole, odd, leaf, None, True
    yield "integers, entropy", whole, odd, {"criterion": "entropy", **leaf}, fine, True
    yield "integers, four classes", whole, kinds, leaf, None, True
    yield "integers, four classes, entropy", whole, kinds, {"criterion": "entropy", **leaf}, fine, True
    yield "integers, weights", whole, odd, leaf, heavy, True
    yield "integers, weights with zeros", whole, odd, leaf, some, True
    yield "integers, balanced", whole, (odd & (whole[:, 5] > 300)), {"class_weight": "balanced", **leaf}, None, True
    yield "integers, depth 4", whole, odd, {"max_depth": 4}, None, True
    yield "integers, 12 leaves", whole, odd, {"max_leaf_nodes": 12}, None, True
    yield "integers, impurity decrease", whole, odd, {"min_impurity_decrease": 2e-3}, None, True
    yield "integers, samples to split", whole, odd, {"min_samples_split": 400}, fine, True
    yield "real numbers", rng.normal(size=(2000, 8)), rng.random(2000) < 0.2, {"max_depth": 3}, None, True
    near = rng.integers(0, 20, (800, 3)) * 3e-7 + rng.integers(0, 3, (800, 3)) * 5e-8
    yield "near each other", near, rng.random(800) < 0.3, {}, None, False
    yield "integers to the end", whole, odd, {}, None, False
    yield "few values", rng.integers(0, 3, (2000, 5)), rng.random(2000) < 0.3, {}, None, False
    noise = rng.normal(size=(1000, 4))
    yield "noise to the end", noise, rng.integers(0, 3, 1000), {"criterion": "entropy"}, None, False
    for name, data in [("iris", load_iris()), ("wine", load_wine()), ("breast cancer", load_breast_cancer()),
                       ("digits", load_digits())]:
        yield name, data.data, data.target, {}, None, False


def ours(program, rows, labels, options, weights, queries):
    """Nodes, importances, default threshold; of the queries probabilities, class and sum of shares."""
    front = [labels] if weights is None else [labels, weights]
    classes = max(2, labels.max() + 1)
    lines = [f"{len(rows)} {rows.shape[1]} {classes} {len(queries)} {len(front) - 1}",
             f"{int(options.get('criterion') == 'entropy')} {options.get('max_depth', 0)} "
             f"{options.get('max_leaf_nodes', 0)} {options.get('min_samples_split', 2)} "
             f"{options.get('min_samples_leaf', 1)} {options.get('min_impurity_decrease', 0)} "
             f"{int('class_weight' in options)}"]
    for table in (np.column_stack([*front, rows]), queries):
        lines += [" ".join(f"{value:.17g}" for value in row) for row in table]
    done = subprocess.run([program], input="\n".join(lines), capture_output=True, text=True, check=True)
    count, *rest = done.stdout.splitlines()
    nodes = np.array([line.split() for line in rest[:int(count)]], dtype=float)
    importances = np.array(rest[int(count)].split(), dtype=float)
    answers = np.array([line.split() for line in rest[int(count) + 2:]], dtype=float)
    return nodes, importances, float(rest[int(count) + 1]), answers[:, :-2], answers[:, -2].astype(int), answers[:, -1]


def impurity(labels, weights, entropy):
    """Weight times impurity."""
    shares = np.bincount(labels, weights=weights)
    total = shares.sum()
    shares = shares[shares > 0] / total
    return total * (-(shares * np.log2(shares)).sum() if entropy else 1 - (shares ** 2).sum())


def decrease(rows, labels, weights, feature, threshold, entropy):
    left = rows[:, feature] <= threshold
    return impurity(labels, weights, entropy) - sum(
        impurity(labels[side], weights[side], entropy) for side in (left, ~left) if side.any())


class Comparison:
    def __init__(self, nodes, tree, entropy):
        self.nodes, self.tree, self.entropy = nodes, tree, entropy
        self.same = self.ties = self.wrong = 0
        self.split_by_rounding = False

    def walk(self, our, their, rows, labels, weights):
        """Compares two nodes that hold the same rows, and all below."""
        feature, threshold, left, right, share = self.nodes[our]
        tree = self.tree
        shares = tree.value[their][0] / tree.value[their][0].sum()
        if abs(share - (1 - shares[0])) > 1e-6:
            self.wrong += 1
            return
        is_leaf = left == 0
        if is_leaf and tree.impurity[their] < 1e-14:
            self.same += 1  # of one class: with weights that are not whole, scikit-learn may split it by rounding
            self.split_by_rounding |= bool(tree.children_left[their] >= 0)
            return
        if is_leaf != (tree.children_left[their] < 0):
            self.wrong += 1
            return
        self.same += 1
        if is_leaf:
            return
        goes_left = rows[:, int(feature)] <= np.float32(threshold)
        other_left = rows[:, tree.feature[their]] <= tree.threshold[their]
        if feature != tree.feature[their] or (goes_left != other_left).any():
            mine = decrease(rows, labels, weights, int(feature), np.float32(threshold), self.entropy)
            other = decrease(rows, labels, weights, tree.feature[their], tree.threshold[their], self.entropy)
            tie = abs(mine - other) <= 1e-9 * max(1, weights.sum())
            self.ties += tie
            self.wrong += not tie
            return
        if abs(threshold - tree.threshold[their]) > 3e-7 * max(abs(threshold), 1e-30):
            self.wrong += 1
        for side, mine, other in ((goes_left, left, tree.children_left[their]),
                                  (~goes_left, right, tree.children_right[their])):
            self.walk(int(mine), other, rows[side], labels[side], weights[side])


def compare(program, name, rows, labels, options, weights, no_ties):
    """How many things are wrong."""
    rows, labels = rows.astype(np.float32), labels.astype(int)
    rng = np.random.default_rng(7)
    queries = np.vstack([rows[:500], rows[rng.integers(0, len(rows), 200)] + rng.normal(size=(200, rows.shape[1]))])
    queries = queries.astype(np.float32)
    theirs = DecisionTreeClassifier(random_state=1, **options).fit(rows, labels, sample_weight=weights)
    found = ours(program, rows, labels, options, weights, queries)
    nodes, importances, threshold, probabilities, classes, shares = found
    counted = np.ones(len(rows)) if weights is None else weights
    if "class_weight" in options:
        counted = counted * len(rows) / (2 * np.bincount(labels))[labels]
    used = counted > 0
    found = Comparison(nodes, theirs.tree_, options.get("criterion") == "entropy")
    found.walk(0, 0, rows[used], labels[used], counted[used])
    wrong = found.wrong
    if no_ties:
        wrong += found.ties
    if found.ties == 0:
        wrong += len(nodes) != theirs.tree_.node_count and not found.split_by_rounding
        wrong += not np.allclose(probabilities, theirs.predict_proba(queries), rtol=0, atol=1e-6)
        wrong += not np.array_equal(classes, theirs.predict(queries))
        wrong += not np.allclose(importances, theirs.feature_importances_, rtol=1e-9, atol=1e-12)
    wrong += not np.allclose(shares, 1 - probabilities[:, 0], rtol=1e-6, atol=1e-7)
    wrong += not 0.5 <= threshold < 1
    print(f"{name}: {found.same} of {theirs.tree_.node_count} nodes the same, {found.ties} ties, {wrong} wrong")
    return wrong


def main():
    program = pathlib.Path(sys.argv[1]) / "reference_decision_tree"
    return 1 if sum(compare(program, *case) for case in cases()) else 0


if __name__ == "__main__":
    sys.exit(main())
