// SPDX-License-Identifier: Apache-2.0
// Models that were written with version 1 of their formats: rows (0, 0), (3, 0), (7, 0), (0, 100), (1.5, -2), two
// neighbours, calibrated with 0.02, 0.04 ... 2. Scores are worked out by hand from the formulas.
#include <cmath>
#include <vector>

#include "sonde/models/knn.hpp"
#include "sonde/models/lof.hpp"
#include "support/catch.hpp"
#include "support/golden_file.hpp"

using namespace sonde;
using sonde::testing::golden_file;

TEST_CASE("KnnModel: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = golden_file("knn_1.bin");
    const auto model = from_bytes<KnnModel>(bytes);
    CHECK(model.aggregate() == KnnAggregate::mean);
    CHECK(model.default_threshold() == Approx(1.98));
    CHECK(model.score(std::vector<float>{3, 4}).value == 4.5);  // 4 and 5 away
    CHECK(model.score(std::vector<float>{7, 1}).value == Approx((1 + std::sqrt(17.0)) / 2));
    CHECK(to_bytes(model) == bytes);
}

TEST_CASE("LofModel: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = golden_file("lof_1.bin");
    const auto model = from_bytes<LofModel>(bytes);
    CHECK(model.default_threshold() == Approx(1.98));
    CHECK(model.known()[2].density == 0.125);
    // (0, 0) reaches 5 farther off, (3, 0) 4 of its own; densities 0.5 and 0.25.
    CHECK(model.score(std::vector<float>{3, 4}).value == Approx(0.375 * 4.5));
    // (7, 0) reaches 4.5 of its own, (3, 0) sqrt(17) farther off.
    CHECK(model.score(std::vector<float>{7, 1}).value == Approx(0.1875 * (4.5 + std::sqrt(17.0)) / 2));
    CHECK(to_bytes(model) == bytes);
}
