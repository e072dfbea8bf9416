// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/instruction_set.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/svm_kernel.hpp"

namespace sonde::detail {

inline constexpr std::size_t rbf_width = 16;  // vectors of a panel

/// \param coefficients  one per vector; none: weights are 0
/// \param reach         what coefficients are divided by
[[nodiscard]] RbfPanels pack_rbf(MatrixView vectors, std::span<const double> coefficients, double reach,
                                 double gamma);

/// Whether float holds the row's squared distances.
[[nodiscard]] SumKind kind_of(const RbfPanels& panels, std::span<const float> row) noexcept;

/// sums[i] = sum over the vectors of weight times exp(-gamma |row i - vector|^2), for rows of the usual kind. A
/// row's sum does not depend on the rows beside it.
void rbf_sums(const RbfPanels& panels, const float* const* rows, std::size_t count, double* sums,
              InstructionSet set) noexcept;

/// values[i] = exp(-gamma |row - vector i|^2), a multiple of 16 of them, for a row of the usual kind.
void rbf_values(const RbfPanels& panels, const float* row, float* values, InstructionSet set) noexcept;

/// |x - y|^2 in double: four sums that do not wait for each other.
[[nodiscard]] double squares_between(const float* x, const float* y, std::size_t dimension) noexcept;

}  // namespace sonde::detail
