// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "sonde/core/chrono.hpp"

namespace sonde {
class Collector;
class Histogram;
}  // namespace sonde

namespace sonde::detail {

/// How a histogram's numbers leave the process.
struct HistogramUnit {
    double per_unit;  ///< what is recorded, in one exported unit: 1e9 ns in a second
    std::string_view suffix, window_suffix;
};

/// Exports the histogram with its bounds, and the quantiles of each window that is not idle.
void collect_histogram(Collector& out, TimePoint now, const Histogram& histogram, const HistogramUnit& unit);

}  // namespace sonde::detail
