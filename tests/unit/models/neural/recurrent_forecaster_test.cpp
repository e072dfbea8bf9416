// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/recurrent_forecaster.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

#include "models/neural/adam.hpp"
#include "models/neural/recurrent_gradients.hpp"
#include "sonde/core/error.hpp"
#include "sonde/models/neural/fit_recurrent_forecaster.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"

using namespace sonde;
using namespace sonde::testing;

namespace {

constexpr double pi = 3.14159265358979323846;

/// 10 + 3 sin(2 pi t / 40), with normal noise.
std::vector<float> sine(std::size_t rows, double deviation, std::uint64_t seed = 1) {
    Rng rng{seed};
    std::vector<float> values(rows);
    for (std::size_t i = 0; i < rows; ++i)
        values[i] = static_cast<float>(10 + 3 * std::sin(2 * pi * static_cast<double>(i) / 40) +
                                       deviation * rng.normal());
    return values;
}

RecurrentNetwork zeros(std::size_t features) {
    const RecurrentNetwork drawn = random_recurrent_network(Cell::gru, features, 4, 1, features);
    DenseLayer head = drawn.head().layers()[0];
    std::fill(head.weights.begin(), head.weights.end(), 0.0F);
    return {Cell::gru, {drawn.layers().begin(), drawn.layers().end()}, Network{{head}}};
}

RecurrentForecaster some(Cell cell = Cell::gru, SeriesForm series = SeriesForm::levels) {
    const auto rows = noise(300, 3, 2.0);
    return {random_recurrent_network(cell, 3, 10, 2, 3),
            FeatureScaling{{rows.data(), 100, 3}, Scaling::standard}, series};
}

void learn(RecurrentForecaster& forecaster, const std::vector<float>& values) {
    const std::size_t d = forecaster.dimension();
    for (std::size_t i = 0; i < values.size(); i += d) forecaster.learn({values.data() + i, d});
}

std::vector<double> forecast(const RecurrentForecaster& forecaster) {
    std::vector<double> out(forecaster.dimension());
    REQUIRE(forecaster.forecast(out));
    return out;
}

/// The deviation of a scalar stream from its forecasts.
double deviation(RecurrentForecaster& forecaster, const std::vector<float>& values) {
    double squares = 0;
    for (const float value : values) {
        squares += std::pow(static_cast<double>(value) - forecast(forecaster)[0], 2);
        forecaster.learn({&value, 1});
    }
    return std::sqrt(squares / static_cast<double>(values.size()));
}

}  // namespace

TEST_CASE("RecurrentForecaster: of a sine with noise only the noise is left", "[models]") {
    const Cell cell = GENERATE(Cell::gru, Cell::lstm);
    const SeriesForm series = GENERATE(SeriesForm::levels, SeriesForm::changes);
    const auto all = sine(8000, 0.5);
    RecurrentForecaster forecaster =
        fit_recurrent_forecaster({all.data(), 6000, 1}, {.cell = cell, .series = series});
    CHECK(deviation(forecaster, {all.begin() + 6000, all.end()}) == Approx(0.5).epsilon(0.1));
}

TEST_CASE("RecurrentForecaster: forecasts are the network's, brought back from scale", "[models]") {
    const Cell cell = GENERATE(Cell::gru, Cell::lstm);
    const SeriesForm series = GENERATE(SeriesForm::levels, SeriesForm::changes);
    RecurrentForecaster forecaster = some(cell, series);
    const auto rows = noise(3 * 20, 5, 2.0);
    learn(forecaster, rows);
    const FeatureScaling& scaling = forecaster.scaling();
    std::vector<double> in;
    for (std::size_t i = series == SeriesForm::changes ? 3 : 0; i < rows.size(); ++i) {
        const auto x = static_cast<double>(rows[i]),
                   base = series == SeriesForm::changes ? static_cast<double>(rows[i - 3]) : 0;
        in.push_back((x - base - scaling.centre()[i % 3]) / scaling.scale()[i % 3]);
    }
    const RecurrentNetwork network = forecaster.network();
    detail::CarriedStates<double> states{network, 1};
    detail::RecurrentGradients<double> pass{network};
    const detail::Matrix<double> inputs{in.size() / 3, 3, in};
    const auto& out = pass.forward(detail::numbers_of<double>(network), inputs, states, nullptr);
    const auto found = forecast(forecaster);
    for (std::size_t j = 0; j < 3; ++j) {
        const double base =
            series == SeriesForm::changes ? static_cast<double>(rows[rows.size() - 3 + j]) : 0;
        CHECK(
            found[j] ==
            Approx(base + scaling.centre()[j] + scaling.scale()[j] * out.row(out.rows - 1)[j]).margin(1e-5));
    }
}

TEST_CASE("RecurrentForecaster: changes go on from the last row", "[models]") {
    // A network of zeros forecasts the mean: of changes a line goes on.
    const std::vector<float> steps(50, 2.0F);
    RecurrentForecaster forecaster{zeros(1), FeatureScaling{{steps.data(), 50, 1}, Scaling::standard},
                                   SeriesForm::changes};
    std::vector<double> out{-1};
    forecaster.learn(std::vector{7.0F});
    CHECK_FALSE(forecaster.forecast(out));
    forecaster.learn(std::vector{9.0F});
    CHECK(forecast(forecaster)[0] == 11);
    forecaster.learn(std::vector{100.0F});
    CHECK(forecast(forecaster)[0] == 102);
}

TEST_CASE("RecurrentForecaster: goes on where the rows that it was fitted to end", "[models]") {
    const auto rows = sine(200, 0.1);
    const RecurrentForecasterOptions options{.units = 8, .training = {.epochs = 2}};
    const RecurrentForecaster fitted = fit_recurrent_forecaster({rows.data(), 200, 1}, options);
    RecurrentForecaster again{fitted.network(), fitted.scaling()};
    learn(again, rows);
    CHECK(forecast(fitted) == forecast(again));
    const auto trained = train_recurrent_forecaster({rows.data(), 200, 1}, options);
    CHECK(trained.history.size() == 2);
    CHECK(to_bytes(trained.forecaster) == to_bytes(fitted));
}

TEST_CASE("RecurrentForecaster: a row that is none is left out", "[models]") {
    RecurrentForecaster forecaster = some();
    std::vector<double> out(3, -1), two(2, -1);
    CHECK_FALSE(forecaster.forecast(out));
    CHECK(out == std::vector<double>(3, -1));
    learn(forecaster, noise(30, 1));
    CHECK_FALSE(forecaster.forecast(two));
    const auto bytes = to_bytes(forecaster);
    forecaster.learn({});
    forecaster.learn(noise(2, 1));
    forecaster.learn(noise(4, 1));
    forecaster.learn(std::vector{1.0F, std::numeric_limits<float>::quiet_NaN(), 1.0F});
    forecaster.learn(std::vector{1.0F, 1.0F, std::numeric_limits<float>::infinity()});
    CHECK(to_bytes(forecaster) == bytes);
}

TEST_CASE("RecurrentForecaster: after any finite row it forecasts again", "[models]") {
    const Cell cell = GENERATE(Cell::gru, Cell::lstm);
    const SeriesForm series = GENERATE(SeriesForm::levels, SeriesForm::changes);
    RecurrentForecaster forecaster = some(cell, series), calm = forecaster;
    learn(forecaster, std::vector<float>(9, std::numeric_limits<float>::max()));
    learn(forecaster, std::vector<float>(9, std::numeric_limits<float>::lowest()));
    for (const double value : forecast(forecaster)) CHECK(std::abs(value) < 1e39);
    const auto rows = noise(3 * 400, 6, 2.0);
    learn(forecaster, rows);
    learn(calm, rows);
    for (std::size_t j = 0; j < 3; ++j)
        CHECK(forecast(forecaster)[j] == Approx(forecast(calm)[j]).margin(1e-3));
}

TEST_CASE("RecurrentForecaster: a forecast that is not finite is none", "[models]") {
    const RecurrentNetwork drawn = random_recurrent_network(Cell::gru, 1, 4, 1, 1);
    const std::vector<float> steep(4, 1e15F), steeper{1e15F};
    const DenseLayer first{4, 1, Activation::linear, 0, steep, {1e15F}},
        next{1, 1, Activation::linear, 0, steeper, {0}};
    const RecurrentNetwork network{
        Cell::gru, {drawn.layers().begin(), drawn.layers().end()}, Network{{first, next, next}}};
    const std::vector<float> unit{-1, 1};
    RecurrentForecaster forecaster{network, FeatureScaling{{unit.data(), 2, 1}, Scaling::none}};
    std::vector<double> out{-1};
    learn(forecaster, unit);
    CHECK_FALSE(forecaster.forecast(out));
    CHECK(out[0] == -1);
}

TEST_CASE("RecurrentForecaster: a restarted one begins a stream", "[models]") {
    const SeriesForm series = GENERATE(SeriesForm::levels, SeriesForm::changes);
    RecurrentForecaster forecaster = some(Cell::lstm, series), fresh = forecaster;
    learn(forecaster, noise(30, 1));
    forecaster.restart();
    std::vector<double> out(3);
    CHECK_FALSE(forecaster.forecast(out));
    learn(forecaster, noise(30, 2));
    learn(fresh, noise(30, 2));
    CHECK(forecast(forecaster) == forecast(fresh));
}

TEST_CASE("RecurrentForecaster: neither learning nor forecasting allocates, with tuning too", "[models]") {
    const Cell cell = GENERATE(Cell::gru, Cell::lstm);
    const std::size_t every = GENERATE(0U, 3U);
    const bool deep_head = GENERATE(false, true);
    const RecurrentForecaster shallow = some(cell);
    const RecurrentNetwork drawn = shallow.network();
    const std::vector<LayerShape> head{
        {17, Activation::relu, true, 0.1}, {40, Activation::tanh}, {3, Activation::linear}};
    const RecurrentForecaster deep{
        {cell, {drawn.layers().begin(), drawn.layers().end()}, random_network(10, head)}, shallow.scaling()};
    RecurrentForecaster forecaster = (deep_head ? deep : shallow).tuned({.every = every, .window = 7});
    const auto rows = noise(3 * 50, 5);
    std::vector<double> out(3);
    const AllocationCount count;
    for (std::size_t i = 0; i < 50; ++i) {
        forecaster.learn({rows.data() + 3 * i, 3});
        static_cast<void>(forecaster.forecast(out));
    }
    CHECK(count.since_start() == 0);
    CHECK((forecaster.tuning_steps() > 10) == (every > 0));
}

TEST_CASE("RecurrentForecaster: a step of tuning goes down the clipped gradient", "[models]") {
    const Cell cell = GENERATE(Cell::gru, Cell::lstm);
    const double clip_norm = GENERATE(0.01, 100.0);
    const RecurrentForecaster plain = some(cell);
    RecurrentForecaster forecaster =
        plain.tuned({.every = 1, .window = 6, .learning_rate = 0.5, .clip_norm = clip_norm});
    const auto rows = noise(3 * 7, 5);
    learn(forecaster, rows);
    REQUIRE(forecaster.tuning_steps() == 1);
    // The window begins where the stream did, with a state of 0.
    const auto scaled = forecaster.scaling().apply(MatrixView{rows.data(), 7, 3});
    const RecurrentNetwork before = plain.network();
    const detail::Matrix<double> inputs{6, 3, {scaled.begin(), scaled.end() - 3}},
        targets{6, 3, {scaled.begin() + 3, scaled.end()}};
    detail::CarriedStates<double> states{before, 1};
    detail::RecurrentGradients<double> pass{before};
    const auto numbers = detail::numbers_of<double>(before);
    pass.forward(numbers, inputs, states, nullptr);
    auto gradients = pass.backward(numbers, Loss::huber, targets);
    double squares = 0, most = 0;
    detail::for_all(gradients, [&](double& g) { squares += g * g; });
    const double rate = 0.5 * std::min(1.0, clip_norm / std::sqrt(squares));
    const auto after = detail::numbers_of<double>(forecaster.network());
    for (std::size_t i = 0; i < numbers.size(); ++i)
        for (std::size_t part = 0; part < 4; ++part)
            for (std::size_t j = 0; j < numbers[i].all(part)->size(); ++j)
                most =
                    std::max(most, std::abs((*numbers[i].all(part))[j] - rate * (*gradients[i].all(part))[j] -
                                            (*after[i].all(part))[j]));
    CHECK(most < 1e-6);
    CHECK(to_bytes(forecaster.network()) != to_bytes(before));
}

TEST_CASE("RecurrentForecaster: takes a step of tuning every so many rows, once a window is full",
          "[models]") {
    RecurrentForecaster forecaster = some().tuned({.every = 5, .window = 8});
    std::vector<std::uint64_t> steps;
    for (int i = 0; i < 20; ++i) {
        learn(forecaster, noise(3, 5));
        steps.push_back(forecaster.tuning_steps());
    }
    CHECK(steps == std::vector<std::uint64_t>{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3});
}

TEST_CASE("RecurrentForecaster: with tuning it follows a stream that changes", "[models]") {
    const auto before = sine(3000, 0.1);
    auto after = sine(6000, 0.1, 2);
    for (std::size_t i = 0; i < after.size(); ++i)  // another period and another level
        after[i] =
            static_cast<float>(13 + 2 * std::sin(2 * pi * static_cast<double>(i) / 17)) + after[i] * 0.05F;
    RecurrentForecaster plain = fit_recurrent_forecaster(
        {before.data(), 3000, 1}, {.units = 16, .training = {.epochs = 15, .learning_rate = 5e-3}});
    RecurrentForecaster tuned = plain.tuned({.every = 8});
    const std::vector<float> first(after.begin(), after.begin() + 5000),
        last(after.begin() + 5000, after.end());
    static_cast<void>(deviation(plain, first));
    static_cast<void>(deviation(tuned, first));
    CHECK(deviation(tuned, last) < 0.5 * deviation(plain, last));
    CHECK(tuned.refused_steps() == 0);
}

TEST_CASE("RecurrentForecaster: a step of tuning that is not finite is refused, and counted", "[models]") {
    const RecurrentNetwork drawn = random_recurrent_network(Cell::gru, 1, 4, 1, 1);
    RecurrentLayer layer = drawn.layers()[0];
    std::fill(layer.input_weights.begin(), layer.input_weights.end(),
              0.0F);  // or a large row would saturate gates
    DenseLayer head = drawn.head().layers()[0];
    std::fill(head.weights.begin(), head.weights.end(), 1e15F);
    const RecurrentNetwork steep{Cell::gru, {layer}, Network{{head}}};
    const std::vector<float> unit{-1, 1};
    const RecurrentForecaster plain{steep, FeatureScaling{{unit.data(), 2, 1}, Scaling::none}};
    RecurrentForecaster forecaster = plain.tuned({.every = 4, .window = 4, .loss = Loss::squared});
    for (int i = 0; i < 9; ++i) forecaster.learn(std::vector{i % 2 == 0 ? 1e18F : -0.1F});
    CHECK(forecaster.refused_steps() == 2);
    CHECK(forecaster.tuning_steps() == 0);
    CHECK(to_bytes(forecaster.network()) == to_bytes(steep));
}

TEST_CASE("RecurrentForecaster: its bytes go on as it does, and a cut file does not", "[models]") {
    const Cell cell = GENERATE(Cell::gru, Cell::lstm);
    const SeriesForm series = GENERATE(SeriesForm::levels, SeriesForm::changes);
    const std::size_t every = GENERATE(0U, 3U), learned = GENERATE(0U, 1U, 5U, 30U);
    RecurrentForecaster forecaster = some(cell, series).tuned({.every = every, .window = 7});
    learn(forecaster, noise(3 * learned, 5));
    const auto bytes = to_bytes(forecaster);
    auto again = from_bytes<RecurrentForecaster>(bytes);
    CHECK(to_bytes(again) == bytes);
    learn(forecaster, noise(60, 6));
    learn(again, noise(60, 6));
    CHECK(forecast(forecaster) == forecast(again));
    CHECK(to_bytes(forecaster) == to_bytes(again));
}

TEST_CASE("RecurrentForecaster: bytes that lie are refused", "[models]") {
    const std::size_t every = GENERATE(0U, 3U);
    const auto rows = noise(20, 5);
    const RecurrentForecaster plain{random_recurrent_network(Cell::lstm, 1, 2, 1, 1),
                                    FeatureScaling{{rows.data(), 20, 1}, Scaling::standard}};
    RecurrentForecaster forecaster = plain.tuned({.every = every, .window = 3});
    learn(forecaster, rows);
    ByteWriter writer;
    forecaster.write(writer);
    const std::vector<std::byte> bytes(writer.bytes().begin(), writer.bytes().end());
    const auto read = [](std::span<const std::byte> from) {
        ByteReader reader{from};
        return RecurrentForecaster::read(reader, 1);
    };
    CHECK_NOTHROW(read(bytes));
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_THROWS_AS(read(std::span{bytes}.first(size)), FormatError);
    // Every byte, damaged: an answer, or an error.
    for (std::size_t i = 0; i < bytes.size(); ++i)
        for (const auto flip : {std::byte{0x80}, std::byte{0x7f}}) {
            auto damaged = bytes;
            damaged[i] ^= flip;
            try {
                RecurrentForecaster survivor = read(damaged);
                learn(survivor, rows);
            } catch (const FormatError&) {}
        }
}

TEST_CASE("RecurrentForecaster: copies go their own ways", "[models]") {
    RecurrentForecaster one = some().tuned({.every = 2, .window = 4});
    learn(one, noise(60, 5));
    RecurrentForecaster other = one;
    const auto bytes = to_bytes(other);
    CHECK(bytes == to_bytes(one));
    learn(one, noise(30, 6));
    CHECK(to_bytes(other) == bytes);
    learn(other, noise(30, 6));
    CHECK(to_bytes(other) == to_bytes(one));
    RecurrentForecaster moved = std::move(one);
    one = other;
    CHECK(to_bytes(moved) == to_bytes(one));
}

TEST_CASE("RecurrentForecaster: what does not fit is refused", "[models]") {
    const auto rows = noise(300, 3);
    const FeatureScaling scaling{{rows.data(), 100, 3}, Scaling::standard};
    const auto refused = [](RecurrentNetwork network, FeatureScaling by,
                            SeriesForm series = SeriesForm::levels) {
        CHECK_THROWS_AS((RecurrentForecaster{std::move(network), std::move(by), series}),
                        std::invalid_argument);
    };
    refused(random_recurrent_network(Cell::gru, 3, 4, 1, 2), scaling);
    refused(random_recurrent_network(Cell::gru, 2, 4, 1, 2), scaling);
    refused(random_recurrent_network(Cell::gru, 3, 4, 1, 3), {{rows.data(), 100, 3}, Scaling::robust_asinh});
    refused(random_recurrent_network(Cell::gru, 3, 4, 1, 3), scaling, static_cast<SeriesForm>(2));
    for (const OnlineTuning& tuning :
         {OnlineTuning{.window = 0}, OnlineTuning{.window = 1025}, OnlineTuning{.learning_rate = 0},
          OnlineTuning{.learning_rate = 1.1}, OnlineTuning{.clip_norm = 0}, OnlineTuning{.clip_norm = -1},
          OnlineTuning{.loss = Loss::cross_entropy}})
        CHECK_THROWS_AS(some().tuned(tuning), std::invalid_argument);
    const auto unfit = [&](std::size_t count, const RecurrentForecasterOptions& options) {
        CHECK_THROWS_AS(fit_recurrent_forecaster({rows.data(), count, 3}, options), std::invalid_argument);
    };
    unfit(3, {});
    unfit(100, {.units = 0});
    unfit(100, {.layers = 0});
    unfit(100, {.window = 0});
    unfit(100, {.series = static_cast<SeriesForm>(2)});
    unfit(100, {.held_out = 1});
    unfit(100, {.held_out = -0.1});
    unfit(100, {.training = {.loss = Loss::cross_entropy}});
    unfit(100, {.training = {.epochs = 1}, .tuning = {.learning_rate = 2}});
    CHECK_NOTHROW(fit_recurrent_forecaster({rows.data(), 4, 3}, {.training = {.epochs = 1}}));
}
