// SPDX-License-Identifier: Apache-2.0
#include "models/lloyd.hpp"
#include "models/squared_distance.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace sonde::detail {

namespace {
// No infinity: -ffast-math knows none.
constexpr double far_away = 1e300;
// Bounds are sums of rounded numbers; a tie must not be decided by them.
constexpr double slack = 1 + 1e-12;
}  // namespace

Lloyd::Lloyd(const Sample& sample, std::vector<double> centres)
    : sample_{sample},
      clusters_{centres.size() / sample.dimension},
      centres_{std::move(centres)},
      labels_(sample.rows.size()),
      upper_(sample.rows.size()),
      lower_(sample.rows.size()),
      gaps_(clusters_) {}

double Lloyd::distance(std::size_t row, std::size_t centre) const {
    const std::size_t d = sample_.dimension;
    return std::sqrt(squared_distance(sample_.rows[row], centres_.data() + centre * d, d));
}

void Lloyd::find_gaps() {
    const std::size_t d = sample_.dimension;
    std::fill(gaps_.begin(), gaps_.end(), far_away);
    for (std::size_t i = 0; i < clusters_; ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const double gap =
                std::sqrt(squared_distance(centres_.data() + i * d, centres_.data() + j * d, d)) / 2;
            gaps_[i] = std::min(gaps_[i], gap);
            gaps_[j] = std::min(gaps_[j], gap);
        }
    }
}

void Lloyd::search(std::size_t row) {
    const std::size_t d = sample_.dimension;
    double best = far_away, second = far_away;
    std::uint32_t label = 0;
    for (std::size_t c = 0; c < clusters_; ++c) {
        const double squares = squared_distance(sample_.rows[row], centres_.data() + c * d, d);
        if (squares < best) {
            second = best;
            best = squares;
            label = static_cast<std::uint32_t>(c);
        } else if (squares < second) {
            second = squares;
        }
    }
    labels_[row] = label;
    upper_[row] = std::sqrt(best);
    lower_[row] = std::sqrt(second);
}

bool Lloyd::assign() {
    find_gaps();
    bool changed = first_;
    for (std::size_t i = 0; i < labels_.size(); ++i) {
        const std::uint32_t label = labels_[i];
        const double bound = std::max(lower_[i], gaps_[label]);
        if (!first_) {
            if (upper_[i] * slack < bound) continue;
            upper_[i] = distance(i, label);
            if (upper_[i] * slack < bound) continue;
        }
        search(i);
        changed |= labels_[i] != label;
    }
    first_ = false;
    return changed;
}

void Lloyd::relocate_empty(std::vector<double>& sums, std::vector<double>& weights) const {
    std::vector<std::size_t> empty;
    for (std::size_t c = 0; c < clusters_; ++c)
        if (weights[c] <= 0) empty.push_back(c);
    if (empty.empty()) return;
    const std::size_t d = sample_.dimension, count = std::min(empty.size(), labels_.size());
    std::vector<double> away(labels_.size());
    for (std::size_t i = 0; i < away.size(); ++i) away[i] = distance(i, labels_[i]);
    std::vector<std::size_t> order(away.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::partial_sort(
        order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
        [&](std::size_t a, std::size_t b) { return away[a] != away[b] ? away[a] > away[b] : a < b; });
    for (std::size_t e = 0; e < count && away[order[e]] > 0; ++e) {
        const std::size_t i = order[e], from = labels_[i], to = empty[e];
        const double weight = sample_.weights[i];
        for (std::size_t j = 0; j < d; ++j) {
            const double part = weight * static_cast<double>(sample_.rows[i][j]);
            sums[from * d + j] -= part;
            sums[to * d + j] = part;
        }
        weights[from] -= weight;
        weights[to] = weight;
    }
}

double Lloyd::move() {
    const std::size_t d = sample_.dimension;
    std::vector<double> sums(centres_.size()), weights(clusters_);
    for (std::size_t i = 0; i < labels_.size(); ++i) {
        const double weight = sample_.weights[i];
        double* sum = sums.data() + labels_[i] * d;
        for (std::size_t j = 0; j < d; ++j) sum[j] += weight * static_cast<double>(sample_.rows[i][j]);
        weights[labels_[i]] += weight;
    }
    relocate_empty(sums, weights);
    for (std::size_t c = 0; c < clusters_; ++c)
        for (std::size_t j = c * d; j < c * d + d; ++j)
            sums[j] = weights[c] > 0 ? sums[j] / weights[c] : centres_[j];  // no rows: it stays
    std::swap(centres_, sums);
    return finish_move(sums);
}

double Lloyd::finish_move(const std::vector<double>& before) {
    const std::size_t d = sample_.dimension;
    std::vector<double> shifts(clusters_);
    double sum = 0, largest = 0;
    for (std::size_t c = 0; c < clusters_; ++c) {
        const double squares = squared_distance(before.data() + c * d, centres_.data() + c * d, d);
        sum += squares;
        shifts[c] = std::sqrt(squares);
        largest = std::max(largest, shifts[c]);
    }
    for (std::size_t i = 0; i < labels_.size(); ++i) {
        upper_[i] += shifts[labels_[i]];
        lower_[i] -= largest;
    }
    return sum;
}

double Lloyd::inertia() const {
    double sum = 0;
    for (std::size_t i = 0; i < labels_.size(); ++i) {
        const double away = distance(i, labels_[i]);
        sum += sample_.weights[i] * away * away;
    }
    return sum;
}

}  // namespace sonde::detail
