// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "models/instruction_set.hpp"

namespace sonde::detail {

/// What the kernels of a `QuadraticForm` look at. Outputs lie in panels of 32, each feature by feature; a panel has no
/// more features than its last output.
struct QuadraticTask {
    static constexpr std::size_t width = 32, block = 8;

    const float *high, *low, *inverse;  ///< a feature is taken as ((x - high) - low) * inverse
    const float* panels;
    std::size_t dimension, outputs;

    /// Features of the panel, or block, that ends before this output.
    [[nodiscard]] std::size_t features(std::size_t end) const noexcept {
        return end < outputs ? dimension - outputs + end : dimension;
    }
};

/// The largest dimension of the kernels.
inline constexpr std::size_t max_quadratic_dimension = 2048;

/// Distances of rows; -1 for a row that is not finite. A row gives the same bits alone and among others.
/// \param rows  each `stride` floats after the one before
/// \param set   not scalar
void quadratic_distances(const QuadraticTask& task, const float* rows, std::size_t stride, std::size_t count,
                         float* distances, InstructionSet set) noexcept;

}  // namespace sonde::detail
