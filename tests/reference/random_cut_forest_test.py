# SPDX-License-Identifier: Apache-2.0
"""The random cut forest beside the definitions of its paper (Guha et al., ICML 2016), written down in numpy.

random_cut_forest_test.py <folder of the built programs>   exit code 77: numpy or scipy is not there

Same trees: the forest is read from its file; its scores are, to 1e-9, the expectation of CoDisp over all places where
the paper's algorithm would put the query, CoDisp by its definition: depths in the tree with and without a group. So
are the shares. The sampled rows are rows of the stream, each in the tree as often as it was drawn.
Own trees: cut by definition 1 through uniform samples, 300 on each side: rank correlation above 0.97, means within 3 %.
"""
import pathlib
import struct
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from scipy.stats import spearmanr
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)


class Node:
    def __init__(self, parts=None, feature=0, cut=0.0, rows=None):
        self.parts, self.feature, self.cut, self.rows = parts, feature, cut, rows  # rows: of a leaf, all alike

    def all_rows(self):
        return self.rows if self.parts is None else [row for part in self.parts for row in part.all_rows()]


def read_forest(data, dimension, trees, capacity):
    """Weights and trees of a file, without the library."""
    at = len(data) - 4 - trees * (8 + capacity * (12 + 4 * dimension) + (capacity - 1) * 16)
    weights = np.frombuffer(data, "<f8", dimension, at - 8 * dimension)
    forest = []
    for _ in range(trees):
        size, root = struct.unpack_from("<II", data, at)
        leaf_of = np.frombuffer(data, "<u4", capacity, at + 8 + 8 * capacity)[:size]
        cuts = at + 8 + 12 * capacity
        rows = np.frombuffer(data, "<f4", capacity * dimension, cuts + (capacity - 1) * 16).reshape(capacity, dimension)

        def node(index):
            if index < capacity:
                return Node(rows=[tuple(rows[index])] * int((leaf_of == index).sum()))
            left, right, feature, cut = struct.unpack_from("<IIIf", data, cuts + 16 * (index - capacity))
            return Node([node(left), node(right)], feature, cut)

        forest.append(node(root))
        at = cuts + (capacity - 1) * 16 + capacity * dimension * 4
    return weights, forest


def depths(node, depth=0):
    """Row identity to depth; rows of a leaf share theirs."""
    if node.parts is None:
        return [depth] * len(node.rows)
    return [d for part in node.parts for d in depths(part, depth + 1)]


def codisp(path, leaf_mates):
    """CoDisp of a row by its definition: `path` are the sibling subtrees from the row's leaf up to the root's children.

    The depths of all that is not in the group fall when it goes, as its parent is contracted: computed by building
    what is around the group with and without it.
    """
    best, group = 0, 1 + leaf_mates
    for sibling in path:
        with_group, without = depths(Node([Node(rows=[0] * group), sibling])), depths(sibling)
        best = max(best, (sum(with_group[group:]) - sum(without)) / group)
        group += len(sibling.all_rows())
    return best


def expected(tree, query, weights):
    """Expectation of CoDisp over where the row lands, as a share of the sample, and its shares."""
    total, credits = 0.0, np.zeros(len(query))

    def visit(node, chance, path, features):
        nonlocal total
        rows = np.array(node.all_rows(), dtype=float)
        low, high = rows.min(axis=0), rows.max(axis=0)
        longer = weights * (np.maximum(high, query) - np.minimum(low, query))
        outside = longer - weights * (high - low)
        outside[outside <= 1e-9 * longer] = 0
        leaf = node.parts is None
        if outside.sum() > 0:
            here = chance * outside.sum() / longer.sum()
            value = codisp([node, *path], 0)
            total += here * value
            if value > codisp_above(path, len(rows)):
                credits.__iadd__(here * value * outside / outside.sum())
            else:
                credits[best_feature(path, features, len(rows))] += here * value
            chance -= here
        if leaf:
            if outside.sum() == 0 and path:
                value = codisp(path, len(rows))
                total += chance * value
                credits[best_feature(path, features, len(rows))] += chance * value
            return
        left = query[node.feature] <= node.cut
        below, beside = node.parts if left else node.parts[::-1]
        visit(below, chance, [beside, *path], [node.feature, *features])

    def ratios(path, mates):
        found, group = [], 1 + mates
        for sibling in path:
            size = len(sibling.all_rows())
            found.append(size / group)
            group += size
        return found

    def codisp_above(path, mates):
        return max(ratios(path, mates), default=0)

    def best_feature(path, features, mates):
        # The nearest to the root of equals.
        values = ratios(path, mates)
        return features[len(values) - 1 - int(np.argmax(values[::-1]))]

    visit(tree, 1.0, [], [])
    mass = len(tree.all_rows())
    return total / mass, credits / mass


def cut_by_definition(rows, rng):
    """Definition 1: a feature in proportion to its side, a place drawn uniformly."""
    sides = rows.max(axis=0) - rows.min(axis=0)
    if sides.sum() <= 0:
        return Node(rows=[tuple(row) for row in rows])
    feature = rng.choice(len(sides), p=sides / sides.sum())
    cut = rows[:, feature].min() + rng.uniform() * sides[feature]
    left = rows[:, feature] <= cut
    return Node([cut_by_definition(rows[left], rng), cut_by_definition(rows[~left], rng)], feature, cut)


def quick(tree, query, weights):
    """`expected` without the definition's depths, for many rows: sizes of siblings instead."""
    total, chance, most, node = 0.0, 1.0, 0.0, tree
    while True:
        longer = (weights * (np.maximum(node.high, query) - np.minimum(node.low, query))).sum()
        apart = 1 - (weights * (node.high - node.low)).sum() / longer if longer > 0 else 0
        total += chance * apart * max(node.mass, most)
        chance *= 1 - apart
        if node.parts is None:
            return (total + chance * most) / tree.mass
        left = query[node.feature] <= node.cut
        node, beside = node.parts if left else node.parts[::-1]
        most = max(most, beside.mass / (node.mass + 1))


def measured(node):
    rows = np.array(node.all_rows(), dtype=float)
    node.low, node.high, node.mass = rows.min(axis=0), rows.max(axis=0), len(rows)
    for part in node.parts or []:
        measured(part)
    return node


def run(program, folder, rows, queries, trees, sample, half_life):
    lines = [f"{len(rows)} {rows.shape[1]} {trees} {sample} {half_life} {len(queries)}"]
    lines += [" ".join(f"{value:.9g}" for value in row) for row in (*rows, *queries)]
    path = folder / "forest.sonde"
    done = subprocess.run([program, path], input="\n".join(lines), capture_output=True, text=True, check=True)
    answers = np.array([line.split() for line in done.stdout.splitlines()], dtype=float)
    weights, forest = read_forest(path.read_bytes(), rows.shape[1], trees, sample)
    return answers[:, 0], answers[:, 1:], weights, forest


def same_trees(program, folder, name, rows, half_life):
    """How many things are wrong."""
    rows = rows.astype(np.float32)
    rng = np.random.default_rng(5)
    queries = np.vstack([rows[-8:], rows[:8] + rng.normal(size=(8, rows.shape[1])) * rows.std(axis=0),
                         rows[:4] * 3]).astype(np.float32)
    scores, shares, weights, forest = run(program, folder, rows, queries, 6, 64, half_life)
    stream = {tuple(row) for row in rows}
    wrong = sum(len(tree.all_rows()) != 64 or not set(tree.all_rows()) <= stream for tree in forest)
    off = 0.0
    for query, score, share in zip(queries.astype(float), scores, shares):
        values, credits = zip(*(expected(tree, query, weights) for tree in forest))
        off = max(off, abs(np.mean(values) - score), np.abs(np.mean(credits, axis=0) - share).max())
    wrong += not off <= 1e-9
    print(f"{name}: same trees off by {off:.2g}, {wrong} wrong")
    return wrong


def own_trees(program, folder, name, rows, sample):
    rows = rows.astype(np.float32)
    rng = np.random.default_rng(6)
    queries = np.vstack([rows[:150], rng.uniform(-1, 2, (50, rows.shape[1]))]).astype(np.float32)
    ours = run(program, folder, rows, queries, 300, sample, 0)[0]
    unit = rows.astype(float)
    forest = [measured(cut_by_definition(unit[rng.choice(len(unit), sample, replace=False)], rng)) for _ in range(300)]
    ones = np.ones(rows.shape[1])
    theirs = np.array([np.mean([quick(tree, query, ones) for tree in forest]) for query in queries.astype(float)])
    rank, mean = spearmanr(ours, theirs)[0], ours.mean() / theirs.mean() - 1
    print(f"{name}: own trees' rank correlation {rank:.4f}, mean {mean:+.2%}")
    return (not rank > 0.97) + (not abs(mean) < 0.03)


def main():
    program = pathlib.Path(sys.argv[1]) / "reference_random_cut_forest"
    rng = np.random.default_rng(20240302)
    blobs = np.vstack([rng.normal(size=(900, 4)), rng.normal(size=(100, 4)) + 6])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        wrong = same_trees(program, folder, "normal", rng.normal(size=(400, 3)) * [1, 100, 0.01], 0)
        wrong += same_trees(program, folder, "normal, fading", rng.normal(size=(800, 3)), 100)
        wrong += same_trees(program, folder, "two groups", blobs[rng.permutation(1000)], 2000)
        wrong += same_trees(program, folder, "duplicates", rng.integers(0, 3, (500, 2)), 300)
        wrong += same_trees(program, folder, "one feature", rng.standard_cauchy((300, 1)), 0)
        wrong += same_trees(program, folder, "a constant feature", np.c_[rng.normal(size=(300, 2)), np.full(300, 7)], 0)
        # Sides of 1 in each feature, whose sampled ranges are all nearly 1: weights do not matter.
        wrong += own_trees(program, folder, "uniform", rng.uniform(size=(3000, 3)), 128)
        wrong += own_trees(program, folder, "corners", np.round(rng.uniform(size=(3000, 2)) * 0.9 + 0.05)
                           + rng.uniform(0, 0.1, (3000, 2)), 64)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
