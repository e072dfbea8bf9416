// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sonde/core/matrix_view.hpp"

namespace sonde::detail {

/// What a row counts for, and where. Weight 0: left out.
struct WeightedLabel {
    double weight;
    std::uint32_t label;
};

/// How a fit weights the classes of its rows.
struct ClassOptions {
    std::size_t classes;
    bool balanced;
    std::span<const double> class_weights, weights;
};

/// One per row. The weights are scaled by a power of two, so that the largest is in [0.5, 1).
/// \throws std::invalid_argument  rows that cannot be learned from, more than 2^32 - 1, a label or an option that
///                                is out of range
[[nodiscard]] std::vector<WeightedLabel> weighted_labels(std::string_view where, MatrixView rows,
                                                         std::span<const std::uint8_t> labels,
                                                         const ClassOptions& options);

/// Rows as trees are grown from them: feature by feature, each value as its place among the different values of
/// its feature. Comparing these is comparing the values, and they can be counted instead of sorted.
class RankedRows {
public:
    explicit RankedRows(MatrixView rows);

    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::size_t features() const noexcept { return values_.size(); }
    /// One per row.
    [[nodiscard]] std::span<const std::uint32_t> ranks(std::size_t feature) const noexcept {
        return {ranks_.data() + feature * rows_, rows_};
    }
    /// By rank: ascending, all different.
    [[nodiscard]] std::span<const float> values(std::size_t feature) const noexcept {
        return values_[feature];
    }

private:
    std::size_t rows_;
    std::vector<std::uint32_t> ranks_;
    std::vector<std::vector<float>> values_;
};

}  // namespace sonde::detail
