// SPDX-License-Identifier: Apache-2.0
// What was written with version 1 of the formats.
#include <cmath>
#include <vector>

#include "sonde/models/ecod.hpp"
#include "sonde/models/hbos.hpp"
#include "sonde/models/mahalanobis.hpp"
#include "sonde/models/pca.hpp"
#include "support/catch.hpp"
#include "support/golden_file.hpp"

using namespace sonde;
using sonde::testing::golden_file;

namespace {

template <class Model>
double score(const Model& model, float x, float y) {
    return model.score(std::vector<float>{x, y}).value;
}

}  // namespace

// Mean (1, 2), deviations 2 and 0.5, correlation 0.5; shrinkage 0.25, support 40; calibrated with 1, 2, 3.
TEST_CASE("MahalanobisModel: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = golden_file("mahalanobis_1.bin");
    const auto model = from_bytes<MahalanobisModel>(bytes);
    CHECK(score(model, 1, 2) == 0);
    CHECK(score(model, 3, 2) == Approx(std::sqrt(4.0 / 3)).epsilon(1e-6));
    CHECK(score(model, 3, 1.5F) == Approx(2).epsilon(1e-6));
    CHECK(model.shrinkage() == 0.25);
    CHECK(model.support() == 40);
    CHECK(model.default_threshold() == 3);
    CHECK(to_bytes(model) == bytes);
}

// Mean (1, 2), one component along (0.6, 0.8) of variance 4, total variance 5; residual; calibrated with 1, 2, 3.
TEST_CASE("PcaModel: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = golden_file("pca_1.bin");
    const auto model = from_bytes<PcaModel>(bytes);
    CHECK(model.form() == PcaForm::residual);
    CHECK(score(model, 1.6F, 2.8F) == Approx(0).margin(1e-6));
    CHECK(score(model, 9, -4) == Approx(10).epsilon(1e-6));
    CHECK(model.default_threshold() == 3);
    CHECK(to_bytes(model) == bytes);
}

// Rows (1, 10), (2, 10), (3, 10), (4, 10); calibrated with 1, 2, 3.
TEST_CASE("EcodModel: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = golden_file("ecod_1.bin");
    const auto model = from_bytes<EcodModel>(bytes);
    CHECK(score(model, 2, 10) == Approx(std::log(2)));
    CHECK(score(model, 9, 11) == Approx(2 * std::log(4)));
    CHECK(model.default_threshold() == 3);
    CHECK(to_bytes(model) == bytes);
}

// Bins [0, 1), [1, 3), [3, 4] of 8, 4 and no rows, and the constant 5; dynamic width; calibrated with 1, 2, 3.
TEST_CASE("HbosModel: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = golden_file("hbos_1.bin");
    const auto model = from_bytes<HbosModel>(bytes);
    CHECK(score(model, 0, 5) == 0);
    CHECK(score(model, 2, 5) == Approx(std::log(4)));
    CHECK(score(model, 0, 6) == Approx(std::log(24)));
    CHECK(model.default_threshold() == 3);
    CHECK(to_bytes(model) == bytes);
}
