// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <mutex>

#include "metrics/histogram_totals.hpp"
#include "metrics/window_table.hpp"
#include "metrics/windows.hpp"
#include "sonde/core/published.hpp"
#include "sonde/metrics/histogram.hpp"

namespace sonde {

/// What recording threads never touch.
struct Histogram::Cold {
    explicit Cold(HistogramOptions given) : options{std::move(given)}, windows{options.windows} {
        for (std::size_t i = 0; i < options.windows.size(); ++i) tables.emplace_back(detail::WindowTable{});
    }

    const HistogramOptions options;
    std::mutex ticking;
    TimePoint last_tick = (TimePoint::min)();
    detail::Windows<detail::HistogramPast> windows;
    std::deque<Published<detail::WindowTable>> tables;  // of each window, made by the last tick
};

}  // namespace sonde
