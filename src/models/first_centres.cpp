// SPDX-License-Identifier: Apache-2.0
#include "models/first_centres.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "models/squared_distance.hpp"

namespace sonde::detail {

namespace {

/// A row drawn in proportion to weight times `squares`; `sums` is room for a number per row.
std::size_t draw(Rng& rng, const Sample& sample, const std::vector<double>& squares,
                 std::vector<double>& sums) {
    double sum = 0;
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = sum += sample.weights[i] * squares[i];
    const auto at = std::upper_bound(sums.begin(), sums.end(), rng.uniform() * sum);
    return std::min(static_cast<std::size_t>(at - sums.begin()), sums.size() - 1);
}

}  // namespace

std::vector<double> first_centres(const Sample& sample, std::size_t clusters, Rng& rng) {
    const std::size_t n = sample.rows.size(), d = sample.dimension;
    const std::size_t candidates = 2 + static_cast<std::size_t>(std::log(static_cast<double>(clusters)));
    std::vector<double> centres, squares(n, 1), sums(n), best(n), with(n);
    const auto add = [&](std::size_t row) {
        centres.insert(centres.end(), sample.rows[row], sample.rows[row] + d);
    };
    std::size_t chosen = draw(rng, sample, squares, sums);
    add(chosen);
    for (std::size_t i = 0; i < n; ++i) squares[i] = squared_distance(sample.rows[i], sample.rows[chosen], d);
    while (centres.size() < clusters * d) {
        if (*std::max_element(squares.begin(), squares.end()) <= 0) break;
        double least = -1;
        for (std::size_t candidate = 0; candidate < candidates; ++candidate) {
            const std::size_t row = draw(rng, sample, squares, sums);
            double left = 0;
            for (std::size_t i = 0; i < n; ++i) {
                with[i] = std::min(squares[i], squared_distance(sample.rows[i], sample.rows[row], d));
                left += sample.weights[i] * with[i];
            }
            if (least >= 0 && left >= least) continue;
            least = left;
            chosen = row;
            std::swap(best, with);
        }
        add(chosen);
        std::swap(squares, best);
    }
    return centres;
}

}  // namespace sonde::detail
