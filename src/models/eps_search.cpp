// SPDX-License-Identifier: Apache-2.0
#include "models/eps_search.hpp"

#include <algorithm>
#include <bit>

namespace sonde::detail {

double EpsSearch::squares_between(Box a, Box b) const noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < dimension_; ++i) {
        const double below = static_cast<double>(a.low[i]) - static_cast<double>(b.high[i]),
                     above = static_cast<double>(b.low[i]) - static_cast<double>(a.high[i]);
        const double beyond = std::max(std::max(below, above), 0.0);
        sum += beyond * beyond;
    }
    return sum;
}

bool EpsSearch::all_within(Box a, Box b) const noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < dimension_; ++i) {
        const double up = static_cast<double>(a.high[i]) - static_cast<double>(b.low[i]),
                     down = static_cast<double>(b.high[i]) - static_cast<double>(a.low[i]);
        const double across = std::max(up, down);
        sum += across * across;
        if (sum > squares_) return false;
    }
    return sum <= squares_ * (1 - rounding);
}

bool EpsSearch::within(const float* a, const float* b) const noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < dimension_; ++i) {
        const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
        sum += difference * difference;
    }
    return sum <= squares_;
}

std::uint64_t EpsSearch::hits(const float* panel, std::uint64_t wanted, std::span<const std::uint32_t> ids,
                              MatrixView rows, const float* row) const noexcept {
    const EpsHits found =
        band_.sure ? kernels_.hits(panel, row, dimension_, band_) : EpsHits{0, ~std::uint64_t{0}};
    std::uint64_t hits = found.within & wanted;
    for (std::uint64_t unsure = found.near & ~found.within & wanted; unsure != 0; unsure &= unsure - 1) {
        const int point = std::countr_zero(unsure);
        if (within(row, rows.row(ids[static_cast<std::size_t>(point)]).data()))
            hits |= std::uint64_t{1} << point;
    }
    return hits;
}

}  // namespace sonde::detail
