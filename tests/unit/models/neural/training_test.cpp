// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/training.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/fit_progress.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

/// y = 2 a - 3 b + 1, with noise.
struct Line {
    explicit Line(std::size_t rows, double noise = 0) {
        Rng rng{1};
        for (std::size_t i = 0; i < rows; ++i) {
            const double a = rng.normal(), b = rng.normal();
            x.insert(x.end(), {static_cast<float>(a), static_cast<float>(b)});
            y.push_back(static_cast<float>(2 * a - 3 * b + 1 + noise * rng.normal()));
        }
    }
    [[nodiscard]] MatrixView inputs() const { return {x.data(), y.size(), 2}; }
    [[nodiscard]] MatrixView targets() const { return {y.data(), y.size(), 1}; }
    std::vector<float> x, y;
};

Network small(Activation hidden = Activation::tanh) {
    const std::vector<LayerShape> shapes{{8, hidden}, {1, Activation::linear}};
    return random_network(2, shapes);
}

}  // namespace

TEST_CASE("train: a linear layer finds the line", "[models]") {
    const Line line{500};
    const std::vector<LayerShape> shapes{{1, Activation::linear}};
    const auto trained = train(random_network(2, shapes), line.inputs(), line.targets(), 100,
                               {.epochs = 60, .batch_rows = 32, .learning_rate = 0.03});
    const DenseLayer& layer = trained.network.layers()[0];
    CHECK(static_cast<double>(layer.weights[0]) == Approx(2).margin(1e-3));
    CHECK(static_cast<double>(layer.weights[1]) == Approx(-3).margin(1e-3));
    CHECK(static_cast<double>(layer.bias[0]) == Approx(1).margin(1e-3));
    CHECK(trained.history.size() == 60);
    CHECK(trained.history.back().validation < 1e-5);
    CHECK(trained.history.front().validation > 1);
}

TEST_CASE("train: the same seed gives the same network", "[models]") {
    const Line line{200};
    const TrainingOptions options{.epochs = 3, .batch_rows = 32, .noise = 0.1, .seed = 5};
    TrainingOptions other = options;
    other.seed = 6;
    const auto once = train(small(), line.inputs(), line.targets(), 20, options);
    CHECK(to_bytes(train(small(), line.inputs(), line.targets(), 20, options).network) ==
          to_bytes(once.network));
    CHECK(to_bytes(train(small(), line.inputs(), line.targets(), 20, other).network) !=
          to_bytes(once.network));
}

TEST_CASE("train: ends when the validation loss gets no better, and gives the best network", "[models]") {
    const Line line{60, 2};  // little to learn, much to learn by heart
    const std::vector<LayerShape> shapes{
        {64, Activation::relu}, {64, Activation::relu}, {1, Activation::linear}};
    const TrainingOptions options{.epochs = 500, .batch_rows = 8, .learning_rate = 0.01, .patience = 5};
    const auto trained = train(random_network(2, shapes), line.inputs(), line.targets(), 20, options);
    CHECK(trained.history.size() < 500);
    std::size_t best = 0;
    for (std::size_t i = 0; i < trained.history.size(); ++i)
        if (trained.history[i].validation < trained.history[best].validation) best = i;
    CHECK(best + 6 == trained.history.size());
    TrainingOptions until_best = options;
    until_best.epochs = best + 1;
    const auto stopped = train(random_network(2, shapes), line.inputs(), line.targets(), 20, until_best);
    CHECK(to_bytes(stopped.network) == to_bytes(trained.network));
}

TEST_CASE("train: slows down on a plateau", "[models]") {
    const Line line{60, 2};
    const auto trained =
        train(small(), line.inputs(), line.targets(), 20,
              {.epochs = 200, .learning_rate = 0.1, .plateau_epochs = 3, .plateau_factor = 0.1});
    CHECK(trained.history.front().learning_rate == 0.1);
    CHECK(trained.history.back().learning_rate < 0.02);
}

TEST_CASE("train: decay makes weights smaller, and leaves biases alone", "[models]") {
    const Line line{200};
    const auto size_of = [&](double decay, bool decoupled) {
        const auto trained = train(small(), line.inputs(), line.targets(), 0,
                                   {.epochs = 100, .weight_decay = decay, .decoupled_decay = decoupled});
        double sum = 0;
        for (const float weight : trained.network.layers()[0].weights)
            sum += std::abs(static_cast<double>(weight));
        return sum;
    };
    CHECK(size_of(3, true) < 0.9 * size_of(0, true));
    CHECK(size_of(1, false) < 0.9 * size_of(0, false));
    // With a rate of 1 / decay all that is left of a weight is its step, at most the rate; a bias has only its step.
    const auto once = train(small(), line.inputs(), line.targets(), 0,
                            {.epochs = 1, .learning_rate = 0.01, .weight_decay = 100});
    for (const float weight : once.network.layers()[0].weights)
        CHECK(std::abs(static_cast<double>(weight)) == Approx(0.01).epsilon(0.01));
}

TEST_CASE("train: a bound on the gradient's length keeps directions", "[models]") {
    // Without Adam's own scaling (epsilon is far above the gradients) a step is in proportion to the gradient.
    const Line line{50};
    const auto moved = [&](double clip) {
        const std::vector<LayerShape> shapes{{1, Activation::linear}};
        const Network start = random_network(2, shapes);
        const auto trained = train(start, line.inputs(), line.targets(), 0,
                                   {.epochs = 1, .learning_rate = 1, .epsilon = 1, .clip_norm = clip});
        const DenseLayer &from = start.layers()[0], &to = trained.network.layers()[0];
        std::vector<double> step{static_cast<double>(to.bias[0] - from.bias[0])};
        for (std::size_t i = 0; i < 2; ++i)
            step.push_back(static_cast<double>(to.weights[i] - from.weights[i]));
        return step;
    };
    // m / (sqrt(v) + 1) is g / (|g| + 1), so g is step / (1 - |step|).
    const auto length = [](const std::vector<double>& step) {
        double squares = 0;
        for (const double part : step) squares += std::pow(part / (1 - std::abs(part)), 2);
        return std::sqrt(squares);
    };
    CHECK(length(moved(0)) > 1);
    CHECK(length(moved(0.01)) == Approx(0.01).epsilon(1e-3));
}

TEST_CASE("train: says how far it is, and ends when it is told to", "[models]") {
    const Line line{100};
    std::vector<std::size_t> seen;
    const auto count = [&](std::size_t epoch, std::size_t epochs, const EpochLosses& losses) {
        CHECK(epochs == 4);
        CHECK(losses.training > 0);
        seen.push_back(epoch);
        return true;
    };
    static_cast<void>(train(small(), line.inputs(), line.targets(), 10, {.epochs = 4, .progress = count}));
    CHECK(seen == std::vector<std::size_t>{1, 2, 3, 4});
    const auto stop = [](std::size_t, std::size_t, const EpochLosses&) { return false; };
    CHECK_THROWS_AS(train(small(), line.inputs(), line.targets(), 10, {.epochs = 4, .progress = stop}),
                    FitCancelled);
}

TEST_CASE("train: says so when it goes astray", "[models]") {
    const Line line{100};
    std::vector<LayerShape> shapes(12, LayerShape{2, Activation::linear});
    shapes.push_back({1, Activation::linear});
    CHECK_THROWS_AS(train(random_network(2, shapes), line.inputs(), line.targets(), 10,
                          {.epochs = 50, .learning_rate = 1000}),
                    TrainingDiverged);
}

TEST_CASE("train: what does not fit is refused", "[models]") {
    const Line line{20};
    const auto refused = [&](const TrainingOptions& options, std::size_t validation = 5) {
        CHECK_THROWS_AS(train(small(), line.inputs(), line.targets(), validation, options),
                        std::invalid_argument);
    };
    refused({.loss = Loss::cross_entropy});
    refused({.epochs = 0});
    refused({.batch_rows = 0});
    refused({.learning_rate = 0});
    refused({.beta1 = 1});
    refused({.beta2 = -0.1});
    refused({.epsilon = 0});
    refused({.weight_decay = -1});
    refused({.clip_norm = -1});
    refused({.plateau_factor = 0});
    refused({.noise = -1});
    refused({}, 20);
    CHECK_THROWS_AS(train(small(), line.targets(), line.targets(), 5), std::invalid_argument);
    CHECK_THROWS_AS(train(small(), line.inputs(), line.inputs(), 5), std::invalid_argument);
    const std::vector<LayerShape> shapes{{1, Activation::sigmoid}};
    CHECK_THROWS_AS(
        train(random_network(2, shapes), line.inputs(), line.targets(), 5, {.loss = Loss::cross_entropy}),
        std::invalid_argument);
    // Targets that begin where the inputs do, but go on elsewhere.
    Line beyond{20};
    beyond.x[36] = 2e9F;
    CHECK_THROWS_AS(train(small(), {beyond.x.data(), 10, 2}, {beyond.x.data(), 10, 1, 4}, 2),
                    std::invalid_argument);
    Line huge{20};
    huge.x[3] = 2e9F;
    CHECK_THROWS_AS(train(small(), huge.inputs(), huge.targets(), 5), std::invalid_argument);
}

TEST_CASE("to_csv: a line per epoch", "[models]") {
    CHECK(to_csv({{0.5, 0.25, 1e-3}, {0.125, 1, 5e-4}}) ==
          "epoch,training,validation,learning_rate\n1,0.5,0.25,0.001\n2,0.125,1,0.0005\n");
}
