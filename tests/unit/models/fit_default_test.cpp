// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_default.hpp"

#include <stdexcept>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

/// Normal rows of two features in very different units.
std::vector<float> cloud(std::size_t rows, std::uint64_t seed) {
    Rng rng{seed};
    std::vector<float> values;
    for (std::size_t i = 0; i < rows; ++i) {
        values.push_back(static_cast<float>(rng.normal()));
        values.push_back(static_cast<float>(1e6 * rng.normal()));
    }
    return values;
}

MatrixView view(const std::vector<float>& values) { return {values.data(), values.size() / 2, 2}; }

}  // namespace

TEST_CASE("fit_default: few training rows promise as much as they can, of new rows too", "[models]") {
    // Of 200 rows the threshold is the third highest score: 1.5 % of new rows exceed it if no row had a part in its
    // own score. Samples that a row is itself in would make it 2.1 %.
    double rate = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const auto train = cloud(200, seed), fresh = cloud(1000, seed + 100);
        const EnsembleModel model = fit_default(view(train));
        for (std::size_t i = 0; i < 1000; ++i)
            rate += model.score(view(fresh).row(i)).value > model.default_threshold() ? 1.0 / 20'000 : 0;
    }
    CHECK(rate > 0.008);
    CHECK(rate < 0.02);
}

TEST_CASE("fit_default: the unit of a feature does not matter", "[models]") {
    const auto train = cloud(500, 1);
    const EnsembleModel model = fit_default(view(train));
    CHECK(model.score(std::vector<float>{8, 0}).value > model.default_threshold());
    CHECK(model.score(std::vector<float>{0, 8e6F}).value > model.default_threshold());
    CHECK(model.score(std::vector<float>{0.1F, 1e5F}).value < model.default_threshold());
}

TEST_CASE("fit_default: anomalies among the training rows do not hide others like them", "[models]") {
    auto train = cloud(1000, 2);
    for (std::size_t i = 0; i < 40; i += 2) train[i] += 12;  // 20 of them, in one place
    const EnsembleModel model = fit_default(view(train));
    CHECK(model.score(std::vector<float>{12, 0}).value > 3 * model.score(std::vector<float>{0.5F, 0}).value);
}

TEST_CASE("fit_default: reference_rows bounds what neighbours are sought among", "[models]") {
    const auto train = cloud(2000, 3);
    const EnsembleModel all = fit_default(view(train)),
                        few = fit_default(view(train), {.reference_rows = 100});
    CHECK(all.members()[1].calibration().count() == 2000);
    CHECK(few.members()[1].calibration().count() == 100);
    CHECK(to_bytes(few).size() + 2 * 1900 * 2 * sizeof(float) < to_bytes(all).size());
    CHECK(few.calibration().count() == 2000);
}

TEST_CASE("fit_default: four members, of which progress is told", "[models]") {
    const auto train = cloud(50, 4);
    std::size_t calls = 0;
    auto count = [&](const FitProgress& now) {
        CHECK(now.done == ++calls);
        CHECK(now.total == 4);
        return true;
    };
    DefaultModelOptions options;
    options.progress = count;
    CHECK(fit_default(view(train), options).members().size() == 4);
    CHECK(calls == 4);
}

TEST_CASE("fit_default: another seed draws other samples", "[models]") {
    const auto train = cloud(100, 5);
    CHECK(to_bytes(fit_default(view(train), {.seed = 2})) != to_bytes(fit_default(view(train))));
}

TEST_CASE("fit_default: refuses options out of range and rows that are too wide", "[models]") {
    const auto train = cloud(10, 6);
    CHECK_THROWS_AS(fit_default(view(train), {.reference_rows = 1}), std::invalid_argument);
    const std::vector<float> wide(2 * 8193, 1.0F);
    CHECK_THROWS_AS(fit_default({wide.data(), 2, 8193}), std::invalid_argument);
}
