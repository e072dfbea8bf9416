// SPDX-License-Identifier: Apache-2.0
#include "models/neural/epochs.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/models/fit_progress.hpp"

namespace sonde::detail {

namespace {

constexpr std::string_view where = "train";
constexpr float largest_value = 1e9F;

void check_positive(std::string_view what, double value, double most, bool or_zero = false) {
    if (!is_finite(value) || value > most || value < 0 || (value <= 0 && !or_zero))
        fail(where, what, value, or_zero ? "at least 0 and not huge" : "above 0 and not huge");
}

void check_values(MatrixView rows) {
    check_training_rows(where, rows);
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        float most = 0;
        for (const float x : rows.row(i)) most = std::max(most, std::abs(x));
        if (most > largest_value)
            fail(where, "value of row " + std::to_string(i), static_cast<double>(most),
                 "in [-1e9, 1e9]: scale the features first");
    }
}

}  // namespace

void run_epochs(const TrainingOptions& options, EpochState& state, EpochRun run,
                FunctionRef<void()> keep_best, FunctionRef<void()> after_epoch) {
    for (std::size_t epoch = state.history.size() + 1; epoch <= options.epochs; ++epoch) {
        if (options.patience > 0 && state.since_better >= options.patience) return;
        const EpochLosses losses = run(epoch, state.rate);
        state.history.push_back(losses);
        if (epoch == 1 || losses.validation < state.least) {
            state.least = losses.validation;
            keep_best();
            state.since_better = state.since_slower = 0;
        } else {
            ++state.since_better;
            ++state.since_slower;
        }
        if (options.plateau_epochs > 0 && state.since_slower >= options.plateau_epochs) {
            state.rate *= options.plateau_factor;
            state.since_slower = 0;
        }
        if (after_epoch) after_epoch();
        if (options.progress && !options.progress(epoch, options.epochs, losses))
            throw FitCancelled{"train: cancelled"};
    }
}

void check_loss(double loss, std::size_t epoch) {
    if (!is_finite(loss))
        throw TrainingDiverged{"train: the loss of epoch " + std::to_string(epoch) + " is not finite"};
}

void check_numbers(const std::vector<LayerNumbers<float>>& numbers, std::size_t epoch) {
    for (const LayerNumbers<float>& layer : numbers)
        for (const auto* part : {&layer.weights, &layer.bias, &layer.gain, &layer.shift})
            if (!all_finite(*part))
                throw TrainingDiverged{"train: a weight of epoch " + std::to_string(epoch) +
                                       " is not finite"};
}

Network with_numbers(const Network& network, std::span<const LayerNumbers<float>> numbers) try {
    std::vector<DenseLayer> layers(network.layers().begin(), network.layers().end());
    for (std::size_t i = 0; i < layers.size(); ++i) {
        layers[i].weights = numbers[i].weights;
        layers[i].bias = numbers[i].bias;
        layers[i].gain = numbers[i].gain;
        layers[i].shift = numbers[i].shift;
    }
    return Network{std::move(layers)};
} catch (const std::invalid_argument&) {
    throw TrainingDiverged{"train: weights are beyond 1e15 or not finite"};
}

void check_training(const TrainingOptions& o, Activation last) {
    if (o.loss > Loss::cross_entropy)
        fail(where, "loss", static_cast<double>(o.loss), "one of the enumerators");
    if (o.loss == Loss::cross_entropy && last != Activation::sigmoid)
        fail(where, "loss", static_cast<double>(o.loss), "cross_entropy only after a sigmoid");
    if (o.epochs < 1) fail(where, "epochs", 0, "at least 1");
    if (o.batch_rows < 1) fail(where, "batch_rows", 0, "at least 1");
    check_positive("learning_rate", o.learning_rate, 1e3);
    check_positive("epsilon", o.epsilon, 1);
    check_positive("weight_decay", o.weight_decay, 1e3, true);
    check_positive("clip_norm", o.clip_norm, 1e15, true);
    check_positive("noise", o.noise, 1e15, true);
    for (const double beta : {o.beta1, o.beta2})
        if (!is_finite(beta) || beta < 0 || beta >= 1) fail(where, "beta", beta, "in [0, 1)");
    if (!is_finite(o.plateau_factor) || o.plateau_factor <= 0 || o.plateau_factor > 1)
        fail(where, "plateau_factor", o.plateau_factor, "in (0, 1]");
}

void check_training(MatrixView inputs, MatrixView targets, std::size_t validation, std::size_t network_inputs,
                    std::size_t network_outputs, Loss loss) {
    check_values(inputs);
    const bool same = targets.data() == inputs.data() && targets.rows() == inputs.rows() &&
                      targets.cols() == inputs.cols() && targets.stride() == inputs.stride();
    if (!same) check_values(targets);
    if (inputs.cols() != network_inputs)
        fail(where, "features of the inputs", static_cast<double>(inputs.cols()), "those of the network");
    if (targets.cols() != network_outputs || targets.rows() != inputs.rows())
        fail(where, "targets", static_cast<double>(targets.rows()),
             "one per input, of the network's outputs");
    if (validation >= inputs.rows())
        fail(where, "validation", static_cast<double>(validation), "fewer rows than there are");
    for (std::size_t i = 0; loss == Loss::cross_entropy && i < targets.rows(); ++i)
        for (const float t : targets.row(i))
            if (t < 0 || t > 1) fail(where, "target", static_cast<double>(t), "in [0, 1] for cross_entropy");
}

}  // namespace sonde::detail
