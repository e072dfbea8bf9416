// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

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

/// \param sum  the errors of `size` features: sum(x, y, size)
template <class Served, class Sum>
void score_reconstructions(const Served& network, std::size_t inputs, MatrixView rows, std::span<Score> out,
                           const Sum& sum) noexcept {
    const std::size_t count = std::min(rows.rows(), out.size());
    std::fill_n(out.begin(), count, Score{0, Status::bad_input});
    if (rows.cols() != inputs) return;
    const auto take = [&](std::size_t i, std::size_t first, std::size_t size, const float* y) {
        const Row row = rows.row(i);
        out[i].value += static_cast<double>(sum(row.data() + first, y, size));
        if (first + size < row.size()) return;
        out[i] = all_finite(row) ? score_of_errors(out[i].value, row.size()) : Score{0, Status::bad_input};
    };
    network.run({rows.data(), count, rows.cols(), rows.stride()}, take);
}

/// \param whole  the score of the row; \param shares  one per feature, of 0
template <class Served>
void share_errors(const Served& network, ReconstructionError error, const Row& row, const Score& whole,
                  std::span<double> shares) noexcept {
    const auto take = [&](std::size_t, std::size_t first, std::size_t size, const float* y) {
        for (std::size_t j = 0; j < size; ++j) {
            const float off = std::abs(row[first + j] - y[j]);
            shares[first + j] = static_cast<double>(error == ReconstructionError::absolute ? off : off * off);
        }
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
