// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace sonde::detail {

/// In four sums, since one would wait for itself with every term; the same bits wherever the same terms are summed.
/// \param term  takes 0 to count - 1, gives what is to be squared
template <class Term>
[[nodiscard]] double sum_of_squares(std::size_t count, const Term& term) noexcept {
    constexpr std::size_t lanes = 4;
    double sums[lanes] = {};
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const double value = term(i + lane);
            sums[lane] += value * value;
        }
    }
    for (; i < count; ++i) {
        const double value = term(i);
        sums[0] += value * value;
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

}  // namespace sonde::detail
