// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/recurrent_training.hpp"

#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "models/neural/recurrent_gradients.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/fit_progress.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

/// x is a coin; the target is the coin of `lag` steps before, which only a state can know.
struct Echo {
    explicit Echo(std::size_t rows, std::size_t lag = 3) : x(rows), y(rows) {
        Rng rng{1};
        for (std::size_t i = 0; i < rows; ++i) {
            x[i] = rng.uniform() < 0.5 ? -1.0F : 1.0F;
            y[i] = i < lag ? 0 : x[i - lag];
        }
    }
    [[nodiscard]] MatrixView inputs() const { return {x.data(), x.size(), 1}; }
    [[nodiscard]] MatrixView targets() const { return {y.data(), y.size(), 1}; }
    std::vector<float> x, y;
};

RecurrentNetwork small(Cell cell = Cell::gru) { return random_recurrent_network(cell, 1, 12, 1, 1); }

}  // namespace

TEST_CASE("train: a recurrent network remembers what was some steps before", "[models]") {
    const Cell cell = GENERATE(Cell::gru, Cell::lstm);
    const Echo echo{2000};
    const auto trained = train(small(cell), echo.inputs(), echo.targets(), 200, 10,
                               {.epochs = 30, .batch_rows = 80, .learning_rate = 0.02, .clip_norm = 1});
    CHECK(trained.history.front().validation > 0.5);  // a guess has 1
    CHECK(trained.history.back().validation < 0.01);
    CHECK(trained.network.cell() == cell);
}

TEST_CASE("train: states are carried from window to window", "[models]") {
    // The first answer of each window is known to a state that was carried alone: without one the loss is 1/2 at least.
    const Echo echo{3000, 1};
    const auto trained = train(small(), echo.inputs(), echo.targets(), 0, 2,
                               {.epochs = 15, .batch_rows = 40, .learning_rate = 0.02});
    CHECK(trained.history.back().training < 0.1);
}

TEST_CASE("train: the same seed gives the same recurrent network", "[models]") {
    const Echo echo{315};  // segments begin elsewhere in every epoch
    const TrainingOptions options{.epochs = 3, .batch_rows = 32, .noise = 0.1, .seed = 5};
    TrainingOptions other = options;
    other.seed = 6;
    const auto bytes = [&](const TrainingOptions& with) {
        return to_bytes(train(small(), echo.inputs(), echo.targets(), 20, 8, with).network);
    };
    CHECK(bytes(options) == bytes(options));
    CHECK(bytes(options) != bytes(other));
}

TEST_CASE("train: a recurrent network is the one of the best epoch, and patience ends", "[models]") {
    Echo echo{300};
    Rng rng{2};
    for (float& t : echo.y) t = static_cast<float>(rng.normal());  // nothing to learn, much to learn by heart
    const TrainingOptions options{.epochs = 400, .batch_rows = 50, .learning_rate = 0.03, .patience = 5};
    const auto trained = train(small(), echo.inputs(), echo.targets(), 100, 10, options);
    CHECK(trained.history.size() < 400);
    const std::size_t best = trained.history.size() - 5;
    TrainingOptions until_best = options;
    until_best.epochs = best;
    const auto stopped = train(small(), echo.inputs(), echo.targets(), 100, 10, until_best);
    CHECK(to_bytes(stopped.network) == to_bytes(trained.network));
}

TEST_CASE("train: the validation loss is that of one sequence, behind a window of the rows before",
          "[models]") {
    const Echo echo{200};
    const auto trained =
        train(small(), echo.inputs(), echo.targets(), 33, 8, {.epochs = 1, .batch_rows = 32});
    const detail::Matrix<double> all{41, 1, {echo.x.end() - 41, echo.x.end()}};
    detail::CarriedStates<double> states{trained.network, 1};
    detail::RecurrentGradients<double> pass{trained.network};
    const auto& out = pass.forward(detail::numbers_of<double>(trained.network), all, states, nullptr).values;
    double squares = 0;
    for (std::size_t i = 8; i < 41; ++i)
        squares += std::pow(out[i] - static_cast<double>(echo.y[159 + i]), 2);
    CHECK(trained.history[0].validation == Approx(squares / 33).epsilon(1e-5));
}

TEST_CASE("train: few rows are one short window", "[models]") {
    const Echo echo{5};
    const auto trained =
        train(small(), echo.inputs(), echo.targets(), 2, 1000, {.epochs = 2, .batch_rows = 1'000'000});
    CHECK(trained.history.size() == 2);
    CHECK_NOTHROW(train(small(), echo.inputs(), echo.targets(), 4, 8, {.epochs = 1, .batch_rows = 1}));
}

TEST_CASE("train: a recurrent network's training can be ended", "[models]") {
    const Echo echo{100};
    const auto stop = [](std::size_t, std::size_t, const EpochLosses&) { return false; };
    CHECK_THROWS_AS(train(small(), echo.inputs(), echo.targets(), 10, 8, {.epochs = 4, .progress = stop}),
                    FitCancelled);
}

TEST_CASE("train: says so when a recurrent network goes astray", "[models]") {
    Echo echo{100};
    for (float& t : echo.y) t *= 1e9F;
    const RecurrentNetwork drawn = small();
    const std::vector<LayerShape> head(8, LayerShape{1, Activation::linear});
    const RecurrentNetwork deep{
        Cell::gru, {drawn.layers().begin(), drawn.layers().end()}, random_network(12, head)};
    CHECK_THROWS_AS(train(deep, echo.inputs(), echo.targets(), 10, 8,
                          {.epochs = 50, .batch_rows = 8, .learning_rate = 1000}),
                    TrainingDiverged);
}

TEST_CASE("train: what does not fit a recurrent network is refused", "[models]") {
    const Echo echo{20};
    const auto refused = [&](std::size_t validation, std::size_t window, const TrainingOptions& options) {
        CHECK_THROWS_AS(train(small(), echo.inputs(), echo.targets(), validation, window, options),
                        std::invalid_argument);
    };
    refused(5, 0, {});
    refused(20, 8, {});
    refused(5, 8, {.epochs = 0});
    refused(5, 8, {.batch_rows = 0});
    refused(5, 8, {.loss = Loss::cross_entropy});
    const RecurrentNetwork wide = random_recurrent_network(Cell::gru, 2, 3, 1, 1),
                           many = random_recurrent_network(Cell::gru, 1, 3, 1, 2);
    CHECK_THROWS_AS(train(wide, echo.inputs(), echo.targets(), 5, 8), std::invalid_argument);
    CHECK_THROWS_AS(train(many, echo.inputs(), echo.targets(), 5, 8), std::invalid_argument);
}
