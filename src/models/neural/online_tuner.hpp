// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/neural/adam.hpp"
#include "models/neural/packed_recurrent_network.hpp"
#include "models/neural/recurrent_gradients.hpp"
#include "sonde/core/bytes.hpp"
#include "sonde/models/neural/recurrent_forecaster.hpp"

namespace sonde::detail {

/// Goes on training a network on the stream that it serves. All memory is there from the start.
/// Threading: single-writer.
class OnlineTuner {
public:
    OnlineTuner(const RecurrentNetwork& network, const OnlineTuning& options);
    OnlineTuner(const OnlineTuner& other);
    OnlineTuner& operator=(const OnlineTuner&) = delete;
    ~OnlineTuner() = default;

    /// Remembers a row as the network takes it. \param before  the state that the row meets
    void remember(std::span<const float> row, const RecurrentState& before) noexcept;
    /// Takes a step if it is time for one, and gives the network to serve its new numbers.
    void tune(PackedRecurrentNetwork& served) noexcept;
    /// The stream ends here.
    void forget() noexcept { so_far_.known = so_far_.since = 0; }

    [[nodiscard]] std::span<const LayerNumbers<float>> numbers() const noexcept { return so_far_.numbers; }
    [[nodiscard]] std::uint64_t steps() const noexcept { return so_far_.steps; }
    [[nodiscard]] std::uint64_t refused() const noexcept { return so_far_.refused; }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not what a tuner of this network writes
    void read(ByteReader& reader);

private:
    /// What it has learned, and where it is.
    struct SoFar {
        std::vector<LayerNumbers<float>> numbers;
        std::vector<float> rows;                          // the last ones, a slot each, in a ring
        std::size_t next = 0, known = 0;                  // slots: to write, written
        std::uint64_t since = 0, steps = 0, refused = 0;  // since: rows after the last step
    };

    [[nodiscard]] std::size_t slots() const noexcept { return options_.window + 1; }
    [[nodiscard]] std::span<float> slot(std::size_t index) noexcept;
    void lay_out_window() noexcept;
    void reserve();
    [[nodiscard]] bool step();

    const RecurrentNetwork network_;  // its shapes
    const OnlineTuning options_;
    std::size_t slot_size_;  // a row, and the state that it met: h of all layers, then c
    SoFar so_far_;
    RecurrentGradients<float> gradients_;
    CarriedStates<float> states_;
    Matrix<float> inputs_, targets_;
};

}  // namespace sonde::detail
