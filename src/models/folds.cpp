// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/folds.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"

namespace sonde {

std::vector<Fold> k_folds(std::size_t rows, std::size_t folds, std::span<const std::uint8_t> labels,
                          std::uint64_t seed) {
    if (folds < 2 || folds > rows)
        fail("k_folds", "folds", static_cast<double>(folds), "in [2, number of rows]");
    if (!labels.empty() && labels.size() != rows)
        fail("k_folds", "number of labels", static_cast<double>(labels.size()), "0 or one per row");
    std::vector<std::size_t> order(rows);
    std::iota(order.begin(), order.end(), std::size_t{0});
    Rng rng{seed};
    for (std::size_t i = rows; i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
    // Dealt out like cards, class after class, every part gets its share of each.
    if (!labels.empty())
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return labels[a] < labels[b]; });
    std::vector<std::size_t> part(rows);
    for (std::size_t i = 0; i < rows; ++i) part[order[i]] = i % folds;
    std::vector<Fold> result(folds);
    for (std::size_t f = 0; f < folds; ++f)
        for (std::size_t row = 0; row < rows; ++row)
            (part[row] == f ? result[f].test : result[f].train).push_back(row);
    return result;
}

std::vector<Fold> forward_chaining(std::size_t rows, std::size_t folds) {
    if (folds < 1 || folds >= rows)
        fail("forward_chaining", "folds", static_cast<double>(folds), "in [1, number of rows - 1]");
    const auto start_of = [&](std::size_t part) { return part * rows / (folds + 1); };
    std::vector<Fold> result(folds);
    for (std::size_t f = 0; f < folds; ++f) {
        result[f].train.resize(start_of(f + 1));
        result[f].test.resize(start_of(f + 2) - start_of(f + 1));
        std::iota(result[f].train.begin(), result[f].train.end(), std::size_t{0});
        std::iota(result[f].test.begin(), result[f].test.end(), start_of(f + 1));
    }
    return result;
}

}  // namespace sonde
