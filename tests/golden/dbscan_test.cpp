// SPDX-License-Identifier: Apache-2.0
// A model that was written with version 1 of the format: core rows (0, 0), (0.5, 0), (0, 0.5) of cluster 0 and (10, 0),
// (10, 0.5) of cluster 1, eps 2, calibrated with 0.02, 0.04 ... 2.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sonde/models/dbscan.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

std::vector<std::byte> file(const std::string& name) {
    const char* source = std::getenv("SONDE_SOURCE_DIR");
    std::ifstream stream{std::string{source == nullptr ? "." : source} + "/tests/golden/" + name,
                         std::ios::binary};
    const std::vector<char> bytes{std::istreambuf_iterator<char>{stream}, {}};
    std::vector<std::byte> result;
    result.reserve(bytes.size());
    for (const char byte : bytes) result.push_back(static_cast<std::byte>(byte));
    return result;
}

}  // namespace

TEST_CASE("DbscanModel: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = file("dbscan_1.bin");
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
