// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/training.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "models/neural/check_state.hpp"
#include "models/neural/epochs.hpp"
#include "models/neural/gradients.hpp"
#include "models/neural/trainer.hpp"
#include "sonde/core/error.hpp"
#include "sonde/models/fit_progress.hpp"

namespace sonde {

namespace {

void check(const TrainingState& state, const Network& start) {
    if (const auto fault = detail::fault_of(state); !fault.empty())
        fail("train", "resume_from", fault, "the state of a training");
    if (!detail::same_shape(state.network, start))
        fail("train", "resume_from", "a state of another network", "of the shape of the one that is trained");
}

/// Where the epochs are; what the history tells is read from it.
detail::EpochState epochs_of(const TrainingState& state) {
    detail::EpochState epochs{.rate = state.learning_rate, .since_slower = state.since_slower};
    epochs.history = state.history;
    const auto less = [](const auto& a, const auto& b) { return a.validation < b.validation; };
    const auto best = std::min_element(state.history.begin(), state.history.end(), less);
    epochs.least = best->validation;
    epochs.since_better = static_cast<std::size_t>(state.history.end() - best) - 1;
    return epochs;
}

detail::TrainerState trainer_state_of(const TrainingState& from, const TrainingOptions& options) {
    detail::TrainerState state{detail::numbers_of<float>(from.network), options};
    state.best = detail::numbers_of<float>(from.best);
    state.adam.go_on(static_cast<double>(from.steps), from.first_moments, from.second_moments);
    state.seed = from.seed;
    state.epochs = epochs_of(from);
    return state;
}

TrainingState training_state_of(const detail::TrainerState& from, const Network& shape) {
    return {detail::with_numbers(shape, from.numbers),
            detail::with_numbers(shape, from.best),
            detail::flat(from.adam.first_moments()),
            detail::flat(from.adam.second_moments()),
            static_cast<std::uint64_t>(from.adam.steps()),
            from.seed,
            from.epochs.rate,
            from.epochs.since_slower,
            from.epochs.history};
}

}  // namespace

Trained train(const Network& start, MatrixView inputs, MatrixView targets, std::size_t validation,
              const TrainingOptions& options, const CheckpointOptions& checkpoint) {
    detail::check_training(options, start.layers().back().activation);
    detail::check_training(inputs, targets, validation, start.inputs(), start.outputs(), options.loss);
    if (checkpoint.resume_from != nullptr) check(*checkpoint.resume_from, start);
    detail::TrainerState state = checkpoint.resume_from != nullptr
                                     ? trainer_state_of(*checkpoint.resume_from, options)
                                     : detail::TrainerState{detail::numbers_of<float>(start), options};
    detail::Gradients<float> pass{start};
    const auto save = [&] {
        if (checkpoint.save) checkpoint.save(training_state_of(state, start));
    };
    try {
        detail::Trainer{pass, inputs, targets, validation, options}.run(state, save);
    } catch (const FitCancelled&) {
        if (!checkpoint.keep_when_ended) throw;
    }
    return {detail::with_numbers(start, state.best), std::move(state.epochs.history)};
}

std::string to_csv(const std::vector<EpochLosses>& history) {
    std::string text = "epoch,training,validation,learning_rate\n";
    for (std::size_t i = 0; i < history.size(); ++i) {
        char line[128];
        std::snprintf(line, sizeof line, "%zu,%.9g,%.9g,%.9g\n", i + 1, history[i].training,
                      history[i].validation, history[i].learning_rate);
        text += line;
    }
    return text;
}

}  // namespace sonde
