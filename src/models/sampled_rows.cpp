// SPDX-License-Identifier: Apache-2.0
#include "models/sampled_rows.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "sonde/core/rng.hpp"

namespace sonde::detail {

std::vector<std::uint32_t> draw_rows(std::size_t count, std::size_t most, std::uint64_t seed) {
    const std::size_t wanted = std::min(count, most);
    std::vector<std::uint32_t> drawn;
    drawn.reserve(wanted);
    Rng rng{seed};
    // Each with the chance that is left to it (Knuth: The Art of Computer Programming 2, 3.4.2, algorithm S).
    for (std::size_t i = 0; i < count && drawn.size() < wanted; ++i)
        if (wanted == count ||
            rng.uniform() * static_cast<double>(count - i) < static_cast<double>(wanted - drawn.size()))
            drawn.push_back(static_cast<std::uint32_t>(i));
    return drawn;
}

std::vector<float> shuffle_rows(MatrixView rows, std::uint64_t seed) {
    std::vector<std::uint32_t> order(rows.rows());
    std::iota(order.begin(), order.end(), 0U);
    Rng rng{seed};
    for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[static_cast<std::size_t>(rng.below(i))]);
    return copy_rows(rows, order);
}

std::vector<float> copy_rows(MatrixView rows, std::span<const std::uint32_t> chosen) {
    std::vector<float> values(chosen.size() * rows.cols());
    float* to = values.data();
    for (const std::uint32_t row : chosen) to = std::copy_n(rows.row(row).data(), rows.cols(), to);
    return values;
}

}  // namespace sonde::detail
