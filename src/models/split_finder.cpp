// SPDX-License-Identifier: Apache-2.0
#include "models/split_finder.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace sonde::detail {

namespace {

/// Values that differ by no more are equal, as in scikit-learn (FEATURE_THRESHOLD).
constexpr float indistinct = 1e-7F;

double w_log_w(double w) noexcept { return w > 0 ? w * std::log2(w) : 0; }

double gini_purity(const double* weights, std::size_t classes) noexcept {
    double all = 0, squares = 0;
    for (std::size_t c = 0; c < classes; ++c) {
        all += weights[c];
        squares += weights[c] * weights[c];
    }
    return all > 0 ? squares / all : 0;
}

double entropy_purity(const double* weights, std::size_t classes) noexcept {
    double all = 0, sum = 0;
    for (std::size_t c = 0; c < classes; ++c) {
        all += weights[c];
        sum += w_log_w(weights[c]);
    }
    return sum - w_log_w(all);
}

constexpr int rank_shift = 32;

/// Digit by digit from the lowest, where that is faster than comparing.
/// \param most  the highest rank
void sort_by_rank(std::span<std::uint64_t> keys, std::vector<std::uint64_t>& scratch, std::uint32_t most) {
    constexpr std::size_t worthwhile = 128, digits = 256;
    if (keys.size() < worthwhile) {
        std::sort(keys.begin(), keys.end());
        return;
    }
    scratch.resize(std::max(scratch.size(), keys.size()));
    std::uint64_t *from = keys.data(), *to = scratch.data();
    for (int shift = rank_shift; (std::uint64_t{most} << rank_shift) >> shift > 0; shift += 8) {
        std::uint32_t place[digits]{};
        for (std::size_t i = 0; i < keys.size(); ++i) ++place[(from[i] >> shift) % digits];
        if (place[(from[0] >> shift) % digits] == keys.size()) continue;  // all alike
        std::exclusive_scan(place, place + digits, place, 0U);
        for (std::size_t i = 0; i < keys.size(); ++i) to[place[(from[i] >> shift) % digits]++] = from[i];
        std::swap(from, to);
    }
    if (from != keys.data()) std::copy_n(from, keys.size(), keys.data());
}

/// Goes through a node's rows by ascending rank and remembers the best split.
/// \tparam fixed  the number of classes where the compiler may know it, or 0
template <std::size_t fixed>
class Sweep {
public:
    Sweep(std::uint32_t feature, std::span<const float> values, std::span<const double> total,
          std::size_t rows, double tolerance, const SplitRules& rules, Split& best) noexcept
        : values_{values.data()},
          total_{total.data()},
          classes_{total.size()},
          rows_{rows},
          tolerance_{tolerance},
          rules_{rules},
          best_{best},
          feature_{feature} {
        std::fill_n(left_, classes(), 0.0);
    }

    /// One more row.
    void add(std::uint32_t rank, const WeightedLabel& row) noexcept {
        reach(rank);
        left_[row.label] += row.weight;
        ++count_;
    }
    /// All rows of a rank.
    void add(std::uint32_t rank, const double* weights, std::uint32_t count) noexcept {
        reach(rank);
        for (std::size_t c = 0; c < classes(); ++c) left_[c] += weights[c];
        count_ += count;
    }

private:
    [[nodiscard]] std::size_t classes() const noexcept { return fixed > 0 ? fixed : classes_; }

    void reach(std::uint32_t rank) noexcept {
        if (count_ > 0 && rank != last_) consider(rank);
        last_ = rank;
    }

    /// The split between the last rank and this one.
    void consider(std::uint32_t rank) noexcept {
        const float low = values_[last_], high = values_[rank];
        if (high <= low + indistinct || count_ < rules_.min_samples_leaf ||
            rows_ - count_ < rules_.min_samples_leaf)
            return;
        double right[fixed > 0 ? fixed : 256];
        for (std::size_t c = 0; c < classes(); ++c) right[c] = std::max(total_[c] - left_[c], 0.0);
        const double purity = rules_.criterion == SplitCriterion::gini
                                  ? gini_purity(left_, classes()) + gini_purity(right, classes())
                                  : entropy_purity(left_, classes()) + entropy_purity(right, classes());
        if (best_.found && purity <= best_.purity + tolerance_) return;
        double threshold = static_cast<double>(low) / 2 + static_cast<double>(high) / 2;
        if (threshold >= static_cast<double>(high)) threshold = static_cast<double>(low);
        best_ = {true, feature_, last_, threshold, purity};
    }

    const float* values_;
    const double* total_;
    std::size_t classes_, rows_;
    double tolerance_;
    const SplitRules& rules_;
    Split& best_;
    std::uint32_t feature_, last_ = 0;
    std::size_t count_ = 0;
    double left_[fixed > 0 ? fixed : 256];
};

}  // namespace

double purity(SplitCriterion criterion, std::span<const double> weights) noexcept {
    return criterion == SplitCriterion::gini ? gini_purity(weights.data(), weights.size())
                                             : entropy_purity(weights.data(), weights.size());
}

SplitFinder::SplitFinder(const RankedRows& rows, std::size_t classes, const SplitRules& rules)
    : rows_{&rows}, classes_{classes}, rules_{rules}, features_(rows.features()), keys_(rows.rows()) {
    restart();
}

void SplitFinder::restart() noexcept { std::iota(features_.begin(), features_.end(), 0U); }

Split SplitFinder::find(std::span<const WeightedLabel> labels, std::span<const std::uint32_t> samples,
                        std::span<const double> total, Rng& rng) {
    const double weight = std::accumulate(total.begin(), total.end(), 0.0);
    const Node node{labels, samples, total, 4e-16 * weight};
    const std::size_t all = features_.size();
    const std::size_t wanted = rules_.max_features == 0 ? all : std::min(rules_.max_features, all);
    Split best;
    bool varies = false;
    for (std::size_t visited = 0; visited < all && (visited < wanted || !varies); ++visited) {
        if (wanted < all)
            std::swap(features_[visited],
                      features_[visited + static_cast<std::size_t>(rng.below(all - visited))]);
        varies |= classes_ == 2 ? try_feature<2>(node, features_[visited], best)
                                : try_feature<0>(node, features_[visited], best);
    }
    return best;
}

template <std::size_t fixed>
bool SplitFinder::try_feature(const Node& node, std::uint32_t feature, Split& best) {
    const std::uint32_t* ranks = rows_->ranks(feature).data();
    const auto values = rows_->values(feature);
    const std::size_t size = node.samples.size();
    std::uint32_t least = ~0U, most = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const std::uint32_t row = node.samples[i], rank = ranks[row];
        keys_[i] = (static_cast<std::uint64_t>(rank) << rank_shift) | row;
        least = std::min(least, rank);
        most = std::max(most, rank);
    }
    if (values[most] <= values[least] + indistinct) return false;
    Sweep<fixed> sweep{feature, values, node.total, size, node.tolerance, rules_, best};
    // Counting is for many rows with few different values.
    const std::size_t range = most - least + std::size_t{1};
    if (range * classes_ <= 4 * size)
        count(node, least, most, sweep);
    else
        sort(node, most, sweep);
    return true;
}

template <class Sweep>
void SplitFinder::count(const Node& node, std::uint32_t least, std::uint32_t most, Sweep& sweep) {
    const std::size_t range = most - least + std::size_t{1};
    if (counts_.size() < range) counts_.resize(range);
    if (weights_.size() < range * classes_) weights_.resize(range * classes_);
    for (std::size_t i = 0; i < node.samples.size(); ++i) {
        const auto& [weight, label] = node.labels[static_cast<std::uint32_t>(keys_[i])];
        const std::size_t at = static_cast<std::size_t>(keys_[i] >> rank_shift) - least;
        ++counts_[at];
        weights_[at * classes_ + label] += weight;
    }
    for (std::size_t at = 0; at < range; ++at) {
        if (counts_[at] == 0) continue;
        double* weights = weights_.data() + at * classes_;
        sweep.add(static_cast<std::uint32_t>(least + at), weights, counts_[at]);
        std::fill_n(weights, classes_, 0.0);
        counts_[at] = 0;
    }
}

template <class Sweep>
void SplitFinder::sort(const Node& node, std::uint32_t most, Sweep& sweep) {
    const std::size_t size = node.samples.size();
    sort_by_rank(std::span{keys_}.first(size), scratch_, most);
    for (std::size_t i = 0; i < size; ++i)
        sweep.add(static_cast<std::uint32_t>(keys_[i] >> rank_shift),
                  node.labels[static_cast<std::uint32_t>(keys_[i])]);
}

}  // namespace sonde::detail
