// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "models/instruction_set.hpp"
#include "models/neural/dense_kernel.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/score.hpp"
#include "sonde/models/neural/autoencoder.hpp"

// What autoencoders of every precision have in common: a network that hands its outputs over in parts, with
// `run(rows, take)`, and how they are compared with the inputs.
namespace sonde::detail {

/// From a sum over the features.
inline Score score_of_errors(double sum, std::size_t features) noexcept {
    const double mean = sum / static_cast<double>(features);
    return {is_finite(mean) ? std::min(mean, AutoencoderModel::largest) : AutoencoderModel::largest,
            Status::ok};
}

/// Of one feature.
inline double error_of(ReconstructionError error, float x, float y) noexcept {
    if (error == ReconstructionError::cross_entropy)
        return sum_cross_entropy(&y, &x, 1, InstructionSet::baseline);
    const float off = std::abs(x - y);
    return static_cast<double>(error == ReconstructionError::absolute ? off : off * off);
}

/// A row that such an error is defined for.
inline bool takes(ReconstructionError error, const Row& row) noexcept {
    return all_finite(row) && (error != ReconstructionError::cross_entropy ||
                               std::all_of(row.begin(), row.end(), [](float x) { return x >= 0 && x <= 1; }));
}

/// \param sum  the errors of `size` features: sum(x, y, size)
template <class Served, class Sum>
void score_reconstructions(const Served& network, std::size_t inputs, ReconstructionError error,
                           MatrixView rows, std::span<Score> out, const Sum& sum) noexcept {
    const std::size_t count = std::min(rows.rows(), out.size());
    std::fill_n(out.begin(), count, Score{0, Status::bad_input});
    if (rows.cols() != inputs) return;
    const auto take = [&](std::size_t i, std::size_t first, std::size_t size, const float* y) {
        const Row row = rows.row(i);
        out[i].value += static_cast<double>(sum(row.data() + first, y, size));
        if (first + size < row.size()) return;
        out[i] = takes(error, row) ? score_of_errors(out[i].value, row.size()) : Score{0, Status::bad_input};
    };
    network.run({rows.data(), count, rows.cols(), rows.stride()}, take);
}

/// \param whole  the score of the row; \param shares  one per feature, of 0
template <class Served>
void share_errors(const Served& network, ReconstructionError error, const Row& row, const Score& whole,
                  std::span<double> shares) noexcept {
    const auto take = [&](std::size_t, std::size_t first, std::size_t size, const float* y) {
        for (std::size_t j = 0; j < size; ++j) shares[first + j] = error_of(error, row[first + j], y[j]);
    };
    network.run({row.data(), 1, row.size()}, take);
    constexpr double largest = AutoencoderModel::largest;
    double sum = 0;
    for (double& share : shares) sum += share = is_finite(share) ? std::min(share, largest) : largest;
    for (double& share : shares) share *= sum > 0 ? whole.value / sum : 0;
}

template <class Served>
void copy_outputs(const Served& network, const Row& row, std::span<float> out) noexcept {
    const auto take = [&](std::size_t, std::size_t first, std::size_t size, const float* y) {
        std::copy_n(y, size, out.data() + first);
    };
    network.run({row.data(), 1, row.size()}, take);
}

}  // namespace sonde::detail
