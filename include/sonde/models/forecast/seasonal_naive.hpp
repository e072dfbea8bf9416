// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/models/forecast/forecast_scorer.hpp"

namespace sonde {

/// What a `SeasonalNaive` takes for the next value.
struct SeasonalNaiveOptions {
    std::size_t season = 1;  ///< values in a period, in [1, 2^20]; 1: the next value is the last one
};

/// Forecasts the value of one season ago (Hyndman, Athanasopoulos, Forecasting: Principles and Practice, 3rd ed.,
/// 2021, section 5.2): what any other forecaster has to beat.
///
/// Values beyond 1e140 are taken as 1e140. Cost: O(1), no allocation. Memory: 8 bytes per value of a season.
/// Threading: single-writer.
class SeasonalNaive {
public:
    using Input = double;
    using Options = SeasonalNaiveOptions;
    static constexpr Format format{"SNAI", 1};

    /// \throws std::invalid_argument  `season` is outside its range
    explicit SeasonalNaive(const SeasonalNaiveOptions& options = {});

    [[nodiscard]] static constexpr std::size_t dimension() noexcept { return 1; }
    /// Into out[0]; false before a season is learned.
    bool forecast(std::span<double> out) const noexcept;
    /// Takes a finite value in; any other is ignored, as if the next one followed at once.
    void learn(const double& x) noexcept;

    [[nodiscard]] const SeasonalNaiveOptions& options() const noexcept { return options_; }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a forecaster
    [[nodiscard]] static SeasonalNaive read(ByteReader& reader, std::uint16_t version);

private:
    SeasonalNaiveOptions options_;
    std::uint64_t learned_ = 0;
    std::vector<double> past_;  // a ring: value i of the stream is at i % season
};

/// Judges each value of a stream by how far it is from the one a season ago.
using SeasonalNaiveDetector = ForecastDetector<SeasonalNaive>;

}  // namespace sonde
