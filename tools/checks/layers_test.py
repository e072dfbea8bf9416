#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""layers.py on small trees: good ones pass, each kind of breach is named with its file and line."""
import pathlib
import tempfile
import unittest

import layers


def problems_of(files):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for path, text in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return layers.check(folder)


CORE = {"include/sonde/core/score.hpp": "#include <cstdint>\n"}


class Layers(unittest.TestCase):
    def test_an_include_of_a_row_above_or_the_same_row_passes(self):
        self.assertEqual([], problems_of(CORE | {
            "include/sonde/sonde.hpp": '#include "sonde/core/score.hpp"\n',
            "include/sonde/stats/ewma.hpp": '#include "sonde/core/score.hpp"\n',
            "src/stats/ewma.cpp": '#include "sonde/stats/ewma.hpp"\n#include <algorithm>\n#include "stats/x.hpp"\n',
            "src/stats/x.hpp": "#include <mutex>\n"}))

    def test_an_include_of_a_row_below_is_a_breach(self):
        self.assertEqual(["include/sonde/core/score.hpp:2: core stands before stats"], problems_of({
            "include/sonde/core/score.hpp": '#pragma once\n#include "sonde/stats/ewma.hpp"\n'}))

    def test_a_row_below_is_a_breach_in_angle_brackets_too(self):
        self.assertEqual(["src/core/score.cpp:1: core stands before stats"], problems_of({
            "src/core/score.cpp": "#  include <sonde/stats/ewma.hpp>\n"}))

    def test_a_private_header_of_a_row_below_is_a_breach(self):
        self.assertEqual(["src/core/a.cpp:1: core stands before stats"], problems_of({
            "src/core/a.cpp": '#include "../stats/x.hpp"\n', "src/stats/x.hpp": ""}))

    def test_detectors_never_include_models(self):
        found = problems_of({"src/detectors/a.cpp": '#include "sonde/models/kmeans.hpp"\n'})
        self.assertEqual(["src/detectors/a.cpp:1: detectors never includes models"], found)

    def test_a_heavy_standard_header_is_a_breach_in_a_public_header_only(self):
        self.assertEqual(["include/sonde/stats/a.hpp:1: <algorithm> is too heavy for a public header"],
                         problems_of({"include/sonde/stats/a.hpp": "#include <algorithm>\n",
                                      "src/stats/a.cpp": "#include <algorithm>\n"}))

    def test_a_third_party_header_is_a_breach_in_a_public_header(self):
        self.assertEqual(["include/sonde/core/a.hpp:1: <Eigen/Core> is too heavy for a public header"],
                         problems_of({"include/sonde/core/a.hpp": "#include <Eigen/Core>\n"}))

    def test_sonde_hpp_may_hold_a_text_format(self):
        self.assertEqual([], problems_of({
            "include/sonde/sonde.hpp": '#include "sonde/exporters/prometheus.hpp"\n'}))

    def test_sonde_hpp_holds_no_endpoint(self):
        found = problems_of({"include/sonde/sonde.hpp": '#include "sonde/exporters/http_endpoint.hpp"\n'})
        self.assertEqual(1, len(found))
        self.assertIn("include/sonde/sonde.hpp:1:", found[0])

    def test_nobody_includes_sonde_hpp(self):
        self.assertEqual(["src/core/a.cpp:1: sonde.hpp is for users, not for us"],
                         problems_of({"src/core/a.cpp": "#include <sonde/sonde.hpp>\n"}))

    def test_a_folder_that_is_no_layer_is_a_breach(self):
        self.assertEqual(["src/misc/a.cpp:1: misc is no layer"], problems_of({"src/misc/a.cpp": ""}))


if __name__ == "__main__":
    unittest.main()
