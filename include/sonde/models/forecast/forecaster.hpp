// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include "sonde/core/concepts.hpp"

namespace sonde {

// clang-format off

/// Says what a stream will do next, one step ahead.
///
/// `dimension` is the number of values that a forecast has: 1 for a stream of numbers, the features for a stream of
/// rows. `forecast` writes the next observation as it is expected; false while too little was learned, and `out` is
/// then of no use. `learn` takes the observation that came: finite and of the right size, which what asks
/// (`ForecastScorer`) sees to; any other is ignored. Neither call allocates.
template <class F>
concept Forecaster = std::copyable<F> &&
    (std::same_as<typename F::Input, double> || std::same_as<typename F::Input, Row>) &&
    requires(F& f, const F& c, const typename F::Input& in, std::span<double> out) {
        { c.dimension() } noexcept -> std::same_as<std::size_t>;
        { c.forecast(out) } noexcept -> std::same_as<bool>;
        { f.learn(in) } noexcept;
    };

// clang-format on

}  // namespace sonde
