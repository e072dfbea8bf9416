// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/function_ref.hpp"
#include "sonde/models/neural/network.hpp"

namespace sonde {

/// How an epoch ended.
struct EpochLosses {
    double training = 0;  ///< mean over its batches, each before its step, with dropout and noise
    double validation =
        0;  ///< of the rows that are held out, after the epoch; `training` where there are none
    double learning_rate = 0;  ///< that it was run with
};

/// Where a training is after an epoch: all that it needs to go on as if it had never been stopped, but for its rows
/// and its options. A file of it (`to_bytes`) has some 16 bytes per parameter.
/// Threading: immutable, as long as nobody changes its members.
struct TrainingState {
    static constexpr Format format{"TRNS", 1};

    Network network;  ///< as it stands
    Network best;     ///< of the epoch with the best validation loss
    /// Of Adam, of the gradient and of its square: a number per parameter, layer by layer weights, bias, gain, shift.
    std::vector<float> first_moments{}, second_moments{};
    std::uint64_t steps = 0;      ///< of Adam
    std::uint64_t seed = 1;       ///< of the epoch that comes
    double learning_rate = 1e-3;  ///< of the epoch that comes
    std::uint64_t since_slower =
        0;  ///< epochs without a better loss since the rate went down or a loss was better
    std::vector<EpochLosses> history{};  ///< of all epochs, at least one

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a state of a training
    [[nodiscard]] static TrainingState read(ByteReader& reader, std::uint16_t version);
};

/// Called after each epoch, before the training's `progress`, on the thread that trains. The state lives as long as the
/// call. Cost of making it: five copies of the parameters.
using CheckpointCallback = FunctionRef<void(const TrainingState& state)>;

/// How a training is kept and continued.
struct CheckpointOptions {
    CheckpointCallback save{};
    /// Where to go on; its network must have the shape of the one that is trained, whose own numbers then count for
    /// nothing. With the same rows and options the result is, to the bit, that of a training that was not stopped, on
    /// the same instruction set; with others (more epochs) it goes on from there. The learning rate is the state's.
    const TrainingState* resume_from = nullptr;
    /// What a training gives whose `progress` returns false: the best network so far, rather than FitCancelled.
    bool keep_when_ended = false;
};

}  // namespace sonde
