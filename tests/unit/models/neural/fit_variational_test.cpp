// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/fit_variational.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

constexpr std::size_t features = 12;

/// Rows of one cause; broken ones have the right spread of each feature, but not together.
std::vector<float> rows_of(std::size_t count, bool broken, std::uint64_t seed) {
    Rng rng{seed};
    std::vector<float> values;
    for (std::size_t i = 0; i < count; ++i) {
        double cause = rng.normal();
        for (std::size_t j = 0; j < features; ++j) {
            if (broken) cause = rng.normal();
            const double sign = j % 2 == 0 ? 1 : -1;
            values.push_back(static_cast<float>(sign * cause + 0.1 * rng.normal()));
        }
    }
    return values;
}

MatrixView view(const std::vector<float>& values) {
    return {values.data(), values.size() / features, features};
}

VariationalOptions options() {
    return {.hidden = {16},
            .code = 3,
            .hidden_activation = Activation::tanh,
            .output_activation = Activation::linear,
            .divergence_weight = 0.05,
            .training = {.loss = Loss::squared, .epochs = 60, .batch_rows = 32, .learning_rate = 3e-3}};
}

}  // namespace

TEST_CASE("train_variational_autoencoder: rows that break the pattern stand out", "[models]") {
    const auto usual = rows_of(800, false, 1), fresh = rows_of(200, false, 2), odd = rows_of(200, true, 3);
    const auto fitted = train_variational_autoencoder(view(usual), options());
    CHECK(fitted.history.size() == 60);
    CHECK(fitted.history.back().validation < 0.5 * fitted.history.front().validation);
    CHECK(fitted.model.network().layers().size() == 4);
    CHECK(fitted.model.calibration().count() == 80);
    int found = 0, false_alarms = 0;
    for (std::size_t i = 0; i < 200; ++i) {
        const double threshold = fitted.model.default_threshold();
        found += static_cast<int>(fitted.model.score(view(odd).row(i)).value > threshold);
        false_alarms += static_cast<int>(fitted.model.score(view(fresh).row(i)).value > threshold);
    }
    CHECK(found >= 190);
    CHECK(false_alarms <= 10);
}

TEST_CASE("train_variational_autoencoder: a weighty divergence leaves one cause one number", "[models]") {
    // The means of numbers that the divergence has switched off do not move with the row.
    VariationalOptions chosen = options();
    chosen.divergence_weight = 0.2;
    const auto usual = rows_of(800, false, 1);
    const Network network = train_variational_autoencoder(view(usual), chosen).model.network();
    const std::vector<DenseLayer> down(network.layers().begin(), network.layers().begin() + 2);
    int moving = 0;
    for (std::size_t k = 0; k < 3; ++k) {
        double sum = 0, squares = 0;
        for (std::size_t i = 0; i < 100; ++i) {
            double mean = static_cast<double>(down[1].bias[k]);
            for (std::size_t h = 0; h < 16; ++h) {
                double z = static_cast<double>(down[0].bias[h]);
                for (std::size_t j = 0; j < features; ++j)
                    z += static_cast<double>(down[0].weights[h * features + j]) *
                         static_cast<double>(usual[i * features + j]);
                mean += static_cast<double>(down[1].weights[k * 16 + h]) * std::tanh(z);
            }
            sum += mean / 100;
            squares += mean * mean / 100;
        }
        moving += squares - sum * sum > 0.1 ? 1 : 0;
    }
    CHECK(moving == 1);
}

TEST_CASE("train_variational_autoencoder: the same seed gives the same model, another another", "[models]") {
    const auto usual = rows_of(100, false, 1);
    VariationalOptions chosen = options();
    chosen.training.epochs = 2;
    const auto first = to_bytes(train_variational_autoencoder(view(usual), chosen).model);
    CHECK(first == to_bytes(train_variational_autoencoder(view(usual), chosen).model));
    chosen.training.seed = 2;
    CHECK(first != to_bytes(train_variational_autoencoder(view(usual), chosen).model));
}

TEST_CASE("train_variational_autoencoder: options outside their range are refused", "[models]") {
    const auto usual = rows_of(20, false, 1);
    const auto refuses = [&](const auto& change) {
        VariationalOptions chosen = options();
        change(chosen);
        CHECK_THROWS_AS(train_variational_autoencoder(view(usual), chosen), std::invalid_argument);
    };
    refuses([](VariationalOptions& o) { o.code = 0; });
    refuses([](VariationalOptions& o) { o.code = 2049; });
    refuses([](VariationalOptions& o) { o.divergence_weight = -1; });
    refuses([](VariationalOptions& o) { o.divergence_weight = std::numeric_limits<double>::quiet_NaN(); });
    refuses([](VariationalOptions& o) { o.held_out = 1; });
    refuses([](VariationalOptions& o) { o.hidden = {0}; });
    refuses([](VariationalOptions& o) { o.training.epochs = 0; });
    refuses([](VariationalOptions& o) { o.training.loss = Loss::cross_entropy; });
    CHECK_THROWS_AS(train_variational_autoencoder(view(usual)), std::invalid_argument);  // not in [0, 1]
}
