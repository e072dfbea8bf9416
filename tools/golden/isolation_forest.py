#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/isolation_forest.hpp: a model file of version 1 and what scikit-learn says of some rows.

isolation_forest.py > tests/golden/isolation_forest.hpp

The file is that of a fitted IsolationForest, written by tools/models/export_isolation_forest.py; the scores are its
score_samples with the sign turned. Once a version of the layout is out, its golden file stays as it is.
"""
import pathlib
import sys

import numpy as np
from sklearn.ensemble import IsolationForest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "models"))
from export_isolation_forest import to_bytes  # noqa: E402

FEATURES, PROBES = 3, 8


def main():
    rng = np.random.default_rng(20240229)
    rows = rng.normal(size=(24, FEATURES)).astype(np.float32)
    probes = (2 * rng.normal(size=(PROBES, FEATURES))).astype(np.float32)
    forest = IsolationForest(n_estimators=4, max_samples=12, random_state=1).fit(rows)
    file = to_bytes(forest, rows)
    print("// SPDX-License-Identifier: Apache-2.0\n"
          "// Written by tools/golden/isolation_forest.py; do not edit.\n#pragma once\n\n"
          "namespace sonde::testing::golden {\n\n// clang-format off")
    print(f"inline constexpr unsigned char isolation_forest[{len(file)}] = {{")
    for i in range(0, len(file), 28):
        print(f"    {','.join(str(byte) for byte in file[i:i + 28])},")
    print(f"}};\ninline constexpr float isolation_probes[{PROBES}][{FEATURES}] = {{")
    for probe in probes:
        print(f"    {{{', '.join(np.format_float_scientific(v, unique=True, trim='0') + 'F' for v in probe)}}},")
    print(f"}};\ninline constexpr double isolation_scores[{PROBES}] = {{")
    for score in -forest.score_samples(probes):
        print(f"    {score:.17g},")
    print(f"}};\ninline constexpr double isolation_highest = {(-forest.score_samples(rows)).max():.17g};"
          "  // of the training rows\n// clang-format on\n\n}  // namespace sonde::testing::golden")


if __name__ == "__main__":
    main()
