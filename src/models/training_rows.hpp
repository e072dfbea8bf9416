// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "sonde/core/matrix_view.hpp"
#include "sonde/models/fit_progress.hpp"

namespace sonde::detail {

/// Of a fitted model: features, and what is counted per row or centroid.
inline constexpr std::size_t max_model_dimension = std::size_t{1} << 20;

/// \throws std::invalid_argument  fewer rows than `least`, no feature or more than 2^20, a row that is not finite
void check_training_rows(std::string_view where, MatrixView rows, std::size_t least = 1);

/// \param weights  one per row, or none
/// \throws std::invalid_argument  another number, one that is neither 0 nor in [1e-100, 1e100], all 0
void check_weights(std::string_view where, std::span<const double> weights, std::size_t rows);

/// \throws std::invalid_argument  a model's dimension is 0 or above 2^20
void check_dimension(std::string_view where, std::size_t dimension);

/// \throws FitCancelled  the callback says so
void report_progress(std::string_view where, const FitProgressCallback& callback, FitProgress now);

}  // namespace sonde::detail
