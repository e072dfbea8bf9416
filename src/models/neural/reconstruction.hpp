// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "models/instruction_set.hpp"
#include "models/neural/dense_kernel.hpp"
#include "models/neural/quantized_kernel.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/score.hpp"
#include "sonde/models/neural/autoencoder.hpp"

// What autoencoders of every precision have in common: a network that hands its outputs over in parts, with
// `run(rows, take)`, and how they are compared with the inputs.
namespace sonde::detail {

/// From a sum of errors over the features of a row. What is not finite makes no finite sum, so that only then the row
/// has to be looked at.
inline Score score_of_errors(double sum, const Row& row) noexcept {
    const double mean = sum / static_cast<double>(row.size());
    if (is_finite(mean)) return {std::min(mean, AutoencoderModel::largest), Status::ok};
    return all_finite(row) ? Score{AutoencoderModel::largest, Status::ok} : Score{0, Status::bad_input};
}

/// Of some features of a row; but for cross-entropy to the same bit on every instruction set.
inline double errors_of(ReconstructionError error, const float* x, const float* y, std::size_t size,
                        InstructionSet set) noexcept {
    if (error == ReconstructionError::cross_entropy) return sum_cross_entropy(y, x, size, set);
    return static_cast<double>(sum_in_order(error, x, y, size, set));
}

/// A row that is in the range of such an error; whether it is finite the sum tells.
inline bool takes(ReconstructionError error, const Row& row) noexcept {
    return error != ReconstructionError::cross_entropy ||
           (all_finite(row) && std::all_of(row.begin(), row.end(), [](float x) { return x >= 0 && x <= 1; }));
}

template <class Served>
void score_reconstructions(const Served& network, std::size_t inputs, ReconstructionError error,
                           MatrixView rows, std::span<Score> out) noexcept {
    const std::size_t count = std::min(rows.rows(), out.size());
    std::fill_n(out.begin(), count, Score{0, Status::bad_input});
    if (rows.cols() != inputs) return;
    const InstructionSet set = fastest_set();
    const auto take = [&](std::size_t i, std::size_t first, std::size_t size, const float* y) {
        const Row row = rows.row(i);
        out[i].value += errors_of(error, row.data() + first, y, size, set);
        if (first + size < row.size()) return;
        out[i] = takes(error, row) ? score_of_errors(out[i].value, row) : Score{0, Status::bad_input};
    };
    network.run({rows.data(), count, rows.cols(), rows.stride()}, take);
}

/// \param whole  the score of the row; \param shares  one per feature, of 0
template <class Served>
void share_errors(const Served& network, ReconstructionError error, const Row& row, const Score& whole,
                  std::span<double> shares) noexcept {
    const InstructionSet set = fastest_set();
    const auto take = [&](std::size_t, std::size_t first, std::size_t size, const float* y) {
        for (std::size_t j = 0; j < size; ++j)
            shares[first + j] = errors_of(error, row.data() + first + j, y + j, 1, set);
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
