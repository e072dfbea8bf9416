// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/training.hpp"

#include <cstdio>
#include <utility>

#include "models/neural/epochs.hpp"
#include "models/neural/gradients.hpp"
#include "models/neural/trainer.hpp"

namespace sonde {

Trained train(const Network& start, MatrixView inputs, MatrixView targets, std::size_t validation,
              const TrainingOptions& options) {
    detail::check_training(options, start.layers().back().activation);
    detail::check_training(inputs, targets, validation, start.inputs(), start.outputs(), options.loss);
    detail::Gradients<float> pass{start};
    auto [numbers, history] =
        detail::run_training(pass, detail::numbers_of<float>(start), inputs, targets, validation, options);
    return {detail::with_numbers(start, numbers), std::move(history)};
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
