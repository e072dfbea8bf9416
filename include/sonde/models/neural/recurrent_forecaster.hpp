// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sonde/core/bytes.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/models/feature_scaling.hpp"
#include "sonde/models/neural/recurrent_network.hpp"
#include "sonde/models/neural/training.hpp"
#include "sonde/models/owned.hpp"

namespace sonde {

namespace detail {
struct RecurrentStream;
}

/// What of a stream a network sees and forecasts.
enum class SeriesForm : std::uint8_t {
    levels,  ///< the observations
    changes,  ///< from one observation to the next, added to the last (Box, Jenkins, 1970): for streams that drift
};

/// How a forecaster goes on learning while it serves: now and then a step down the clipped gradient, back through a
/// window of the last rows. Not of Adam: that makes all weights move by as much, those of features that hardly change
/// too, and forecasts got worse where nothing had changed (docs/detectors/recurrent.md).
struct OnlineTuning {
    std::size_t every = 0;        ///< rows from step to step; 0: never
    std::size_t window = 32;      ///< how many of the last rows a step learns from; in [1, 1024]
    double learning_rate = 0.03;  ///< in (0, 1]
    double clip_norm = 1;         ///< the largest length of a step's gradient; above 0
    Loss loss = Loss::huber;      ///< not cross_entropy
};

/// Forecasts the next row of a stream by a GRU or LSTM, one step ahead; it keeps the state of the stream. Features are
/// brought to scale for the network, and its outputs back.
///
/// Cost: `learn` is two operations per weight of the network, and with tuning, every so many rows, some six per
/// weight and row of the window; `forecast` copies. Neither allocates. Memory: 8 bytes per weight, with tuning some
/// 24. Threading: single-writer.
class RecurrentForecaster {
public:
    using Input = Row;
    static constexpr Format format{"RFOR", 1};

    /// From a network that is known, at the beginning of a stream; `fit_recurrent_forecaster` trains one.
    /// \param scaling  of the rows, or of their changes: what the network was trained with
    /// \throws std::invalid_argument  inputs, outputs and features are not as many, a scaling by `robust_asinh`
    RecurrentForecaster(RecurrentNetwork network, FeatureScaling scaling,
                        SeriesForm series = SeriesForm::levels);

    /// The same, at the same place in its stream, that goes on learning from there, or no longer.
    /// \throws std::invalid_argument  an option outside its range
    [[nodiscard]] RecurrentForecaster tuned(const OnlineTuning& tuning) const;

    [[nodiscard]] std::size_t dimension() const noexcept;
    /// The forecast of the next row. \param out  one per feature
    /// \returns  false, with `out` as it was: no row (of changes: fewer than two) learned since the stream began, `out`
    ///           of another size, or a forecast that is not finite
    bool forecast(std::span<double> out) const noexcept;
    /// Takes the row that came. One of another size, or that is not finite, is left out.
    void learn(const Row& row) noexcept;
    /// The next row is the first of another stream. What tuning learned stays.
    void restart() noexcept;

    /// As it is now.
    [[nodiscard]] RecurrentNetwork network() const;
    [[nodiscard]] const FeatureScaling& scaling() const noexcept;
    [[nodiscard]] SeriesForm series() const noexcept;
    [[nodiscard]] const OnlineTuning& tuning() const noexcept;
    /// Steps of tuning that were taken.
    [[nodiscard]] std::uint64_t tuning_steps() const noexcept;
    /// Those that were not, because a loss or a gradient was not finite: weights stayed as they were.
    [[nodiscard]] std::uint64_t refused_steps() const noexcept;

    /// All of it: a forecaster that is read goes on as this one does.
    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a forecaster
    [[nodiscard]] static RecurrentForecaster read(ByteReader& reader, std::uint16_t version);

private:
    detail::Owned<detail::RecurrentStream> stream_;
};

}  // namespace sonde
