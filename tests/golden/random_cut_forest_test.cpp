// SPDX-License-Identifier: Apache-2.0
// What was written with version 1 of the format.
#include <vector>

#include "sonde/models/random_cut_forest.hpp"
#include "support/catch.hpp"
#include "support/golden_file.hpp"

using namespace sonde;
using sonde::testing::golden_file;

// Two trees of the rows 0 and 1. By hand: 3 is cut off from both with 2/3, displacing 2, else from 1, displacing 1.
TEST_CASE("RandomCutForest: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = golden_file("random_cut_forest_1.bin");
    const auto forest = from_bytes<RandomCutForest>(bytes);
    CHECK(forest.learned() == 2);
    CHECK(forest.options().half_life == 100);
    CHECK(forest.score(std::vector<float>{3}).value == Approx(5.0 / 6));
    CHECK(forest.score(std::vector<float>{0.5F}).value == 0.5);
    CHECK(forest.score(std::vector<float>{1}).value == 0.25);
    CHECK(to_bytes(forest) == bytes);
}
