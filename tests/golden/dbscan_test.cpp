// SPDX-License-Identifier: Apache-2.0
// A model that was written with version 1 of the format: core rows (0, 0), (0.5, 0), (0, 0.5) of cluster 0 and (10, 0),
// (10, 0.5) of cluster 1, eps 2, calibrated with 0.02, 0.04 ... 2.
#include <vector>

#include "sonde/models/dbscan.hpp"
#include "support/catch.hpp"
#include "support/golden_file.hpp"

using namespace sonde;
using sonde::testing::golden_file;

TEST_CASE("DbscanModel: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = golden_file("dbscan_1.bin");
    const auto model = from_bytes<DbscanModel>(bytes);
    CHECK(model.eps() == 2);
    CHECK(model.size() == 5);
    CHECK(model.default_threshold() == Approx(1.98));
    CHECK(model.score(std::vector<float>{3.5F, -4}).value == 2.5);
    CHECK(model.score(std::vector<float>{10, -1}).value == 0.5);
    CHECK(model.assign(std::vector<float>{10, -1}) == 1U);
    CHECK(model.assign(std::vector<float>{0, 2}) == 0U);
    CHECK(to_bytes(model) == bytes);
}
