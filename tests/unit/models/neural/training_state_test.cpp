// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/training_state.hpp"

#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/fit_progress.hpp"
#include "sonde/models/neural/fit_autoencoder.hpp"
#include "sonde/models/neural/training.hpp"
#include "support/catch.hpp"

using namespace sonde;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr std::size_t columns = 5, row_count = 130;

std::vector<float> rows_of(std::uint64_t seed) {
    Rng rng{seed};
    std::vector<float> values;
    for (std::size_t i = 0; i < row_count * columns; ++i) values.push_back(static_cast<float>(rng.normal()));
    return values;
}

Network start(Activation hidden = Activation::tanh) {
    const std::vector<LayerShape> shapes{{7, hidden, true, 0.2}, {4, hidden}, {columns, Activation::linear}};
    return random_network(columns, shapes);
}

/// Everything that chance and the past have a say in.
TrainingOptions restless(std::size_t epochs) {
    return {.epochs = epochs,
            .batch_rows = 16,
            .learning_rate = 0.1,
            .weight_decay = 0.01,
            .clip_norm = 1,
            .plateau_epochs = 1,
            .patience = 6,
            .noise = 0.1,
            .seed = 9};
}

struct Run {
    std::vector<TrainingState> states;  ///< after each epoch
    Trained trained;
};

Run run(const TrainingOptions& options, const TrainingState* from = nullptr) {
    const auto values = rows_of(3);
    const MatrixView rows{values.data(), row_count, columns};
    std::vector<TrainingState> states;
    const auto keep = [&](const TrainingState& state) { states.push_back(state); };
    CheckpointOptions checkpoint{.resume_from = from};
    checkpoint.save = keep;
    Trained trained = train(start(), rows, rows, 30, options, checkpoint);
    return {std::move(states), std::move(trained)};
}

TrainingState some_state() { return run(restless(2)).states.back(); }

}  // namespace

TEST_CASE("train: stopped after any epoch and gone on from its file, it ends with the same network",
          "[models]") {
    const Run whole = run(restless(12));
    const std::size_t epochs = whole.states.size();
    REQUIRE(epochs > 5);
    CHECK(whole.trained.history.back().learning_rate < 0.1);  // there was a plateau
    for (std::size_t k = 1; k <= epochs; ++k) {
        INFO("stopped after epoch " << k << " of " << epochs);
        const auto stopped = run(restless(k)).states.back();
        CHECK(to_bytes(stopped) == to_bytes(whole.states[k - 1]));
        const auto state = from_bytes<TrainingState>(to_bytes(stopped));
        const Run rest = run(restless(12), &state);
        CHECK(to_bytes(rest.trained.network) == to_bytes(whole.trained.network));
        CHECK(to_csv(rest.trained.history) == to_csv(whole.trained.history));
        REQUIRE(rest.states.size() == epochs - k);
        if (k < epochs) CHECK(to_bytes(rest.states.back()) == to_bytes(whole.states.back()));
    }
}

TEST_CASE("train: the last state's best network is what it gives", "[models]") {
    const Run whole = run(restless(12));
    CHECK(to_bytes(whole.states.back().best) == to_bytes(whole.trained.network));
    CHECK(whole.states.front().history.size() == 1);
    CHECK(whole.states.back().steps == whole.states.size() * 7);  // 100 rows by 16
}

TEST_CASE("train: goes on from a state with more epochs", "[models]") {
    const auto state = some_state();
    const Run rest = run(restless(5), &state);
    CHECK(rest.states.size() == 3);
    CHECK(rest.trained.history.size() == 5);
}

TEST_CASE("train: what is ended by its callback can be kept: the best network so far", "[models]") {
    const auto values = rows_of(3);
    const MatrixView rows{values.data(), row_count, columns};
    TrainingOptions options = restless(12);
    const auto stop = [](std::size_t epoch, std::size_t, const EpochLosses&) { return epoch < 4; };
    options.progress = stop;
    CHECK_THROWS_AS(train(start(), rows, rows, 30, options), FitCancelled);
    const auto kept = train(start(), rows, rows, 30, options, {.keep_when_ended = true});
    CHECK(to_bytes(kept.network) == to_bytes(run(restless(4)).trained.network));
    CHECK(kept.history.size() == 4);
}

TEST_CASE("train_autoencoder: goes on from a state to the same model", "[models]") {
    const auto values = rows_of(4);
    const MatrixView rows{values.data(), row_count, columns};
    AutoencoderOptions options{.hidden = {6, 2, 6}, .output_activation = Activation::linear};
    options.training = {.epochs = 6, .batch_rows = 16};
    const auto whole = fit_autoencoder(rows, options);
    std::optional<TrainingState> state;
    const auto keep = [&](const TrainingState& now) { state = now; };
    AutoencoderOptions first = options;
    first.training.epochs = 3;
    first.checkpoint.save = keep;
    static_cast<void>(fit_autoencoder(rows, first));
    options.checkpoint.resume_from = &*state;
    CHECK(to_bytes(fit_autoencoder(rows, options)) == to_bytes(whole));
}

TEST_CASE("train: refuses a state of another network, or one that is none", "[models]") {
    const auto values = rows_of(3);
    const MatrixView rows{values.data(), row_count, columns};
    const auto go_on = [&](const Network& network, const TrainingState& state) {
        return train(network, rows, rows, 30, restless(4), {.resume_from = &state});
    };
    auto state = some_state();
    CHECK_THROWS_WITH(go_on(start(Activation::relu), state),
                      ContainsSubstring("resume_from is a state of another network"));
    state.first_moments.pop_back();
    CHECK_THROWS_WITH(go_on(start(), state), ContainsSubstring("moments that are not one per parameter"));
}

TEST_CASE("TrainingState: refuses what no training leaves", "[models]") {
    const auto refused = [](const char* why, auto change) {
        auto state = some_state();
        change(state);
        CHECK_THROWS_MATCHES(
            from_bytes<TrainingState>(to_bytes(state)), FormatError,
            Catch::Matchers::Predicate<FormatError>(
                [&](const FormatError& e) { return std::string{e.what()}.find(why) != std::string::npos; },
                why));
    };
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    refused("different shapes", [](auto& s) { s.best = start(Activation::relu); });
    refused("one per parameter", [](auto& s) { s.second_moments.push_back(0); });
    refused("a moment", [](auto& s) { s.first_moments[3] = nan; });
    refused("second moment", [](auto& s) { s.second_moments[3] = -1; });
    refused("second moment", [](auto& s) { s.second_moments[3] = nan; });
    refused("steps", [](auto& s) { s.steps = 0; });
    refused("steps", [](auto& s) { s.steps = ~std::uint64_t{0}; });
    refused("learning rate", [](auto& s) { s.learning_rate = -1; });
    refused("no epoch", [](auto& s) { s.history.clear(); });
    refused("without a better loss", [](auto& s) { s.since_slower = 3; });
    refused("not finite", [](auto& s) { s.history[0].training = std::numeric_limits<double>::infinity(); });
}

TEST_CASE("TrainingState: a file that is cut anywhere is refused", "[models]") {
    ByteWriter writer;
    write_object(writer, some_state());
    for (std::size_t size = 0; size < writer.bytes().size(); ++size) {
        ByteReader reader{writer.bytes().first(size)};
        CHECK_THROWS_AS(read_object<TrainingState>(reader), FormatError);
    }
}

TEST_CASE("TrainingState: a byte that is wrong is refused, or leaves a state that trains", "[models]") {
    ByteWriter writer;
    write_object(writer, some_state());
    std::vector<std::byte> bytes(writer.bytes().begin(), writer.bytes().end());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] ^= std::byte{0xFF};
        ByteReader reader{bytes};
        try {
            const auto state = read_object<TrainingState>(reader);
            CHECK(state.first_moments.size() == state.network.parameters());
            CHECK_FALSE(state.history.empty());
        } catch (const FormatError&) {}
        bytes[i] ^= std::byte{0xFF};
    }
}
