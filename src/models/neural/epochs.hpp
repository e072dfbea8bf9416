// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "models/neural/parameters.hpp"
#include "sonde/core/function_ref.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/models/neural/training.hpp"

// What every training has in common, whatever its network.
namespace sonde::detail {

/// Where a training is between two epochs.
struct EpochState {
    double rate = 0;   ///< of the epoch that comes
    double least = 0;  ///< validation loss
    std::size_t since_better = 0, since_slower = 0;
    std::vector<EpochLosses> history{};
};

/// Trains for an epoch, the first being 1, at a learning rate, and gives its losses.
using EpochRun = FunctionRef<EpochLosses(std::size_t epoch, double rate)>;

/// Runs the epochs that are left: until there were enough, or patience ends.
/// \param keep_best    called after each epoch whose validation loss is the least so far
/// \param after_epoch  called after each epoch, when the state is that of the next one
/// \throws FitCancelled  the callback says so
void run_epochs(const TrainingOptions& options, EpochState& state, EpochRun run,
                FunctionRef<void()> keep_best, FunctionRef<void()> after_epoch = {});

/// \throws TrainingDiverged  it is not finite
void check_loss(double loss, std::size_t epoch);
/// \throws TrainingDiverged  one of them is not finite: activations may hide that from the loss
void check_numbers(const std::vector<LayerNumbers<float>>& numbers, std::size_t epoch);

/// The network with other numbers. \throws TrainingDiverged  one that a network refuses
[[nodiscard]] Network with_numbers(const Network& network, std::span<const LayerNumbers<float>> numbers);

/// \param last  what follows the last layer
/// \throws std::invalid_argument  an option outside its range
void check_training(const TrainingOptions& options, Activation last);
/// \throws std::invalid_argument  sizes that do not fit each other or the network, a value that is not in range
void check_training(MatrixView inputs, MatrixView targets, std::size_t validation, std::size_t network_inputs,
                    std::size_t network_outputs, Loss loss);

}  // namespace sonde::detail
