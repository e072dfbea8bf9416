// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sonde/metrics/histogram_snapshot.hpp"

namespace sonde::detail {

/// A window made ready to be asked: the running sums of its buckets, so that a quantile is a binary
/// search. Threading: immutable.
class WindowTable {
public:
    /// What is known before the first window: nothing.
    WindowTable() = default;
    WindowTable(const HistogramSnapshot& window, TimePoint at);

    /// When it was made.
    [[nodiscard]] TimePoint at() const noexcept { return at_; }
    /// As `HistogramSnapshot::quantile`.
    [[nodiscard]] std::optional<std::uint64_t> quantile(double q) const noexcept;
    [[nodiscard]] std::size_t bytes() const noexcept { return sums_.capacity() * sizeof(Sum); }

private:
    struct Sum {
        std::uint64_t up_to;  ///< count of this bucket and all before it
        std::uint32_t index;
    };

    TimePoint at_{};
    unsigned precision_bits_ = 6;
    std::uint64_t min_ = 0, max_ = 0;
    std::vector<Sum> sums_;
};

}  // namespace sonde::detail
