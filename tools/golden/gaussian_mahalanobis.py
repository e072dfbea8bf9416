#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/gaussian_mahalanobis.hpp: what NumPy and SciPy say of a small sample.

gaussian_mahalanobis.py > tests/golden/gaussian_mahalanobis.hpp

Covariances are numpy.cov (n - 1) and numpy.cov with aweights (weights 2^(-age / half-life), freed of their
bias); distances are scipy.spatial.distance.mahalanobis. The parts are what the squared distance loses when
a feature is left out of mean, covariance and row.
"""
import numpy as np
from scipy.spatial.distance import mahalanobis

ROWS, FEATURES, PROBES, HALF_LIFE = 40, 4, 6, 12.0


def numbers(name, values, kind):
    values = np.asarray(values)
    text = [np.format_float_scientific(v, unique=True, trim="0") + ("F" if kind == "float" else "")
            for v in values.ravel()]
    size = "".join(f"[{n}]" for n in values.shape)
    row = FEATURES if values.ndim > 1 else 3
    lines = ["    " + ("{" if values.ndim > 1 else "") + ", ".join(text[i:i + row])
             + ("}" if values.ndim > 1 else "") for i in range(0, len(text), row)]
    joined = ",\n".join(lines)
    return f"inline constexpr {kind} {name}{size} = {{\n{joined}}};\n"


def main():
    rng = np.random.default_rng(20240229)
    mixing = np.array([[1, 0, 0, 0], [0.9, 0.2, 0, 0], [-0.5, 0.4, 2, 0], [0, 0.1, 0.3, 100]])
    offset = np.array([0, 5, -1, 20000.0])
    rows = (rng.normal(size=(ROWS, FEATURES)) @ mixing.T + offset).astype(np.float32)
    probes = (rng.normal(size=(PROBES, FEATURES)) * 2 @ mixing.T + offset).astype(np.float32)
    data, asked = rows.astype(float), probes.astype(float)

    weights = 0.5 ** (np.arange(ROWS)[::-1] / HALF_LIFE)
    mean, faded_mean = data.mean(axis=0), np.average(data, axis=0, weights=weights)
    covariance, faded = np.cov(data.T), np.cov(data.T, aweights=weights)

    def distances(centre, matrix):
        inverse = np.linalg.inv(matrix)
        return [mahalanobis(x, centre, inverse) for x in asked]

    def parts(x):
        whole = mahalanobis(x, mean, np.linalg.inv(covariance)) ** 2
        for i in range(FEATURES):
            keep = [j for j in range(FEATURES) if j != i]
            rest = np.linalg.inv(covariance[np.ix_(keep, keep)])
            yield whole - mahalanobis(x[keep], mean[keep], rest) ** 2

    print("// SPDX-License-Identifier: Apache-2.0")
    print("// Written by tools/golden/gaussian_mahalanobis.py; do not edit.\n#pragma once\n")
    print("namespace sonde::testing::golden {\n\n// clang-format off")
    print(f"inline constexpr double half_life = {HALF_LIFE};")
    print(numbers("rows", rows, "float"))
    print(numbers("probes", probes, "float"))
    print(numbers("full", distances(mean, covariance), "double"))
    print(numbers("diagonal", distances(mean, np.diag(np.diag(covariance))), "double"))
    print(numbers("full_faded", distances(faded_mean, faded), "double"))
    print(numbers("diagonal_faded", distances(faded_mean, np.diag(np.diag(faded))), "double"))
    print(numbers("parts", [list(parts(x)) for x in asked], "double"))
    print("// clang-format on\n\n}  // namespace sonde::testing::golden")


if __name__ == "__main__":
    main()
