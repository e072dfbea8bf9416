// SPDX-License-Identifier: Apache-2.0
// What was written with version 1 of the format: the code of (x, y) is (x + y) / 2 + 1, dropped with a chance of 1 in 4
// when it trains; it is made into (code, 2 - code), neither below 0. Mean absolute error, calibrated with 1, 2 and 3.
#include <vector>

#include "sonde/models/neural/autoencoder.hpp"
#include "support/catch.hpp"
#include "support/golden_file.hpp"

using namespace sonde;
using sonde::testing::golden_file;

TEST_CASE("AutoencoderModel: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = golden_file("autoencoder_1.bin");
    const auto model = from_bytes<AutoencoderModel>(bytes);
    CHECK(model.score(std::vector<float>{1, -1}).value == 1);   // made into (1, 1)
    CHECK(model.score(std::vector<float>{4, 2}).value == 1);    // (4, 0)
    CHECK(model.score(std::vector<float>{0, 4}).value == 3.5);  // (3, 0)
    CHECK(model.default_threshold() == 3);
    CHECK(model.network().layers()[0].dropout == 0.25);
    CHECK(to_bytes(model) == bytes);
}
