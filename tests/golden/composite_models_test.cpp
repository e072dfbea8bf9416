// SPDX-License-Identifier: Apache-2.0
// What was written with version 1 of the formats. Scores are by hand: two samples, the rows 0 and 4, 1 and 9; scaled
// by mean 10 and deviation 2; beside them the nearest of 0 and 10. Each is calibrated with 1, 2 and 3: the surprise
// is log(4 / (4 - scores below)), between them in proportion, above 3 it rises by 1 per 1.
#include <cmath>
#include <vector>

#include "sonde/models/ensemble.hpp"
#include "sonde/models/lesinn.hpp"
#include "sonde/models/scaled_model.hpp"
#include "support/catch.hpp"
#include "support/golden_file.hpp"

using namespace sonde;
using sonde::testing::golden_file;

namespace {

template <class Model>
double score(const Model& model, float x) {
    return model.score(std::vector<float>{x}).value;
}

}  // namespace

TEST_CASE("LesinnModel: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = golden_file("lesinn_1.bin");
    const auto model = from_bytes<LesinnModel>(bytes);
    CHECK(score(model, 2) == 1.5);
    CHECK(score(model, 8) == 2.5);
    CHECK(model.default_threshold() == 3);
    CHECK(to_bytes(model) == bytes);
}

TEST_CASE("ScaledModel: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = golden_file("scaled_model_1.bin");
    const auto model = from_bytes<ScaledModel>(bytes);
    CHECK(model.scaling().scaling() == Scaling::standard);
    CHECK(score(model, 14) == 1.5);
    CHECK(score(model, 26) == 2.5);
    CHECK(to_bytes(model) == bytes);
}

TEST_CASE("EnsembleModel: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = golden_file("ensemble_1.bin");
    const auto model = from_bytes<EnsembleModel>(bytes);
    CHECK(model.members().size() == 2);
    // 14 is 1.5 to the samples and 4 away from its neighbour.
    CHECK(score(model, 14) == Approx((0.5 * std::log(4.0 / 3) + std::log(2.0) + 1) / 2));
    CHECK(model.default_threshold() == 0.5);
    CHECK(to_bytes(model) == bytes);
}
