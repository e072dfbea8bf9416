// SPDX-License-Identifier: Apache-2.0
#include "models/training_rows.hpp"

#include <algorithm>
#include <string>

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde::detail {

void check_dimension(std::string_view where, std::size_t dimension) {
    if (dimension < 1 || dimension > max_model_dimension)
        fail(where, "dimension", static_cast<double>(dimension), "in [1, 1048576]");
}

void check_training_rows(std::string_view where, MatrixView rows, std::size_t least) {
    if (rows.rows() < least)
        fail(where, "number of rows", static_cast<double>(rows.rows()), "at least " + std::to_string(least));
    check_dimension(where, rows.cols());
    for (std::size_t i = 0; i < rows.rows(); ++i)
        if (!all_finite(rows.row(i)))
            fail(where, "row " + std::to_string(i), "not finite", "finite in every feature");
}

void check_weights(std::string_view where, std::span<const double> weights, std::size_t rows) {
    if (weights.empty()) return;
    if (weights.size() != rows)
        fail(where, "number of weights", static_cast<double>(weights.size()), "0 or one per row");
    for (std::size_t i = 0; i < rows; ++i) {
        const double weight = weights[i];
        if (!is_finite(weight) || weight < 0 || weight > 1e100 || (weight > 0 && weight < 1e-100))
            fail(where, "weight " + std::to_string(i), weight, "0 or in [1e-100, 1e100]");
    }
    if (std::all_of(weights.begin(), weights.end(), [](double weight) { return weight <= 0; }))
        fail(where, "sum of the weights", 0, "above 0");
}

void report_progress(std::string_view where, const FitProgressCallback& callback, FitProgress now) {
    if (callback && !callback(now)) throw FitCancelled{std::string{where} + ": cancelled"};
}

}  // namespace sonde::detail
