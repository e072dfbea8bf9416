// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/matrix_view.hpp"

namespace sonde {

/// What a feature is measured in before rows are compared.
enum class Scaling : std::uint8_t {
    none,      ///< as it is
    standard,  ///< distance from the mean in standard deviations
    robust,  ///< distance from the median in quartile distances by 1.349, the standard deviation of normal data
    robust_asinh,  ///< asinh of robust: far tails drawn in like a logarithm, the middle left as it is
    range,         ///< place between the least and the largest value: 0 to 1 for training rows
};

/// Brings features to comparable scales: (x - centre) / scale, or its asinh, each feature by itself.
///
/// Distances add features up as they are, so one in milliseconds drowns one in seconds. A feature without spread
/// keeps its unit (its scale is 1); robust: one whose quartiles are equal takes its standard deviation.
/// Threading: immutable.
class FeatureScaling {
public:
    static constexpr Format format{"FSCL", 1};

    /// Learned from rows. Cost: O(rows x dimension), robust with a sort of each feature.
    /// \throws std::invalid_argument  no rows, no feature, a row that is not finite
    FeatureScaling(MatrixView rows, Scaling scaling);

    /// One row, brought to scale, into `out`; of other sizes the features that all have. Values are kept within +-1e18.
    void apply(std::span<const float> row, std::span<float> out) const noexcept;
    /// All rows, one after the other without gaps: what a model behind this scaling is fitted to.
    [[nodiscard]] std::vector<float> apply(MatrixView rows) const;

    [[nodiscard]] Scaling scaling() const noexcept { return scaling_; }
    [[nodiscard]] std::size_t dimension() const noexcept { return centre_.size(); }
    [[nodiscard]] std::span<const double> centre() const noexcept { return centre_; }
    /// Above 0.
    [[nodiscard]] std::span<const double> scale() const noexcept { return scale_; }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a scaling
    [[nodiscard]] static FeatureScaling read(ByteReader& reader, std::uint16_t version);

private:
    FeatureScaling() = default;

    Scaling scaling_ = Scaling::none;
    std::vector<double> centre_, scale_;
};

}  // namespace sonde
