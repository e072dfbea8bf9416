// SPDX-License-Identifier: Apache-2.0
// What was written with version 1 of the formats.
#include <vector>

#include "sonde/models/decision_tree.hpp"
#include "sonde/models/random_forest.hpp"
#include "support/catch.hpp"
#include "support/golden_file.hpp"

using namespace sonde;
using sonde::testing::golden_file;

// Three classes. x1 <= 5: (x0 <= -1: shares 7/8, 1/8, 0; else 1/4, 1/2, 1/4), else 0, 0, 1.
// Calibrated by 0, 0.125 and 0.75.
TEST_CASE("DecisionTreeModel: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = golden_file("decision_tree_1.bin");
    const auto model = from_bytes<DecisionTreeModel>(bytes);
    std::vector<double> probabilities(3);
    CHECK(model.score(std::vector<float>{-1, 5}).value == 0.125);
    CHECK(model.probabilities(std::vector<float>{0, 0}, probabilities).value == 0.75);
    CHECK(probabilities == std::vector<double>{0.25, 0.5, 0.25});
    CHECK(model.predict(std::vector<float>{0, 6}) == 2U);
    CHECK(model.default_threshold() == 0.75);
    CHECK(model.importances()[1] == 0.75);
    CHECK(to_bytes(model) == bytes);
}

// Two trees. x0 <= 1: 1/4, else 3/4; x1 <= 0: 0, else 1. Calibrated by 0.125, 0.125 and 0.625.
TEST_CASE("RandomForestModel: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = golden_file("random_forest_1.bin");
    const auto model = from_bytes<RandomForestModel>(bytes);
    CHECK(model.trees() == 2);
    CHECK(model.score(std::vector<float>{1, 0}).value == 0.125);
    CHECK(model.score(std::vector<float>{2, 0}).value == 0.375);
    CHECK(model.score(std::vector<float>{0, 1}).value == 0.625);
    CHECK(model.default_threshold() == 0.625);
    CHECK(to_bytes(model) == bytes);
}
