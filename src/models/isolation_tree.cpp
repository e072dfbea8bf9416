// SPDX-License-Identifier: Apache-2.0
#include "models/isolation_tree.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <utility>

#include "models/isolation_path.hpp"

namespace sonde::detail {

RowSampler::RowSampler(std::size_t rows, std::size_t sample_size, std::span<const double> weights)
    : rows_{rows}, weights_{weights}, sample_(sample_size) {
    if (weights.empty())
        is_drawn_.resize(rows);
    else
        candidates_.resize(sample_size);
}

std::span<std::uint32_t> RowSampler::draw(Rng& rng) noexcept {
    if (weights_.empty())
        draw_evenly(rng);
    else
        draw_by_weight(rng);
    return sample_;
}

/// Floyd's algorithm (Bentley, Floyd: A sample of brilliance, CACM 30, 1987).
void RowSampler::draw_evenly(Rng& rng) noexcept {
    std::size_t last = rows_ - sample_.size();
    for (std::uint32_t& row : sample_) {
        const auto drawn = static_cast<std::size_t>(rng.below(last + 1));
        row = static_cast<std::uint32_t>(is_drawn_[drawn] ? last : drawn);
        is_drawn_[row] = true;
        ++last;
    }
    for (const std::uint32_t row : sample_) is_drawn_[row] = false;
}

/// Each row waits for an exponential time with its weight as the rate: the sample are the first ones.
void RowSampler::draw_by_weight(Rng& rng) noexcept {
    const auto sooner = [](const Candidate& a, const Candidate& b) { return a.time < b.time; };
    std::size_t size = 0;
    for (std::size_t i = 0; i < rows_; ++i) {
        if (weights_[i] <= 0) continue;
        const Candidate candidate{-std::log1p(-rng.uniform()) / weights_[i], static_cast<std::uint32_t>(i)};
        if (size < candidates_.size()) {
            candidates_[size++] = candidate;
            if (size == candidates_.size()) std::make_heap(candidates_.begin(), candidates_.end(), sooner);
        } else if (candidate.time < candidates_.front().time) {
            std::pop_heap(candidates_.begin(), candidates_.end(), sooner);
            candidates_.back() = candidate;
            std::push_heap(candidates_.begin(), candidates_.end(), sooner);
        }
    }
    std::transform(candidates_.begin(), candidates_.end(), sample_.begin(),
                   [](const Candidate& candidate) { return candidate.row; });
}

IsolationTreeGrower::IsolationTreeGrower(MatrixView rows, std::size_t sample_size)
    : rows_{rows},
      depth_limit_{static_cast<std::size_t>(std::bit_width(sample_size - 1))},
      features_(rows.cols()) {
    nodes_.reserve(2 * sample_size - 1);
}

std::span<const GrownNode> IsolationTreeGrower::grow(std::span<std::uint32_t> sample, Rng& rng) noexcept {
    nodes_.clear();
    std::iota(features_.begin(), features_.end(), 0U);
    grow_node(sample, 0, 0, rng);
    return nodes_;
}

/// Tries features in random order until one is not constant.
/// \param constant  how many of `features_` are known to be constant in the node
bool IsolationTreeGrower::find_split(std::span<const std::uint32_t> sample, std::size_t& constant,
                                     Split& split, Rng& rng) noexcept {
    while (constant < features_.size()) {
        std::uint32_t& drawn =
            features_[constant + static_cast<std::size_t>(rng.below(features_.size() - constant))];
        const float first = rows_.row(sample.front())[drawn];
        split = {drawn, first, first};
        for (const std::uint32_t row : sample) {
            const float x = rows_.row(row)[drawn];
            split.least = std::min(split.least, x);
            split.largest = std::max(split.largest, x);
        }
        if (split.least < split.largest) return true;
        std::swap(drawn, features_[constant++]);
    }
    return false;
}

// What is constant in a node is so in its children: they may sort the other features as they like.
std::uint32_t IsolationTreeGrower::grow_node(std::span<std::uint32_t> sample, std::size_t depth,
                                             std::size_t constant, Rng& rng) noexcept {
    const auto place = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back(
        {.value = static_cast<double>(depth) + average_path_length(static_cast<double>(sample.size()))});
    Split split;
    if (sample.size() < 2 || depth == depth_limit_ || !find_split(sample, constant, split, rng)) return place;
    const auto low = static_cast<double>(split.least), high = static_cast<double>(split.largest);
    double threshold = low + rng.uniform() * (high - low);
    if (threshold >= high) threshold = low;  // rounded up: the right child would have no rows
    const auto left_end = std::partition(sample.begin(), sample.end(), [&](std::uint32_t row) {
        return static_cast<double>(rows_.row(row)[split.feature]) <= threshold;
    });
    const auto count = static_cast<std::size_t>(left_end - sample.begin());
    const std::uint32_t left = grow_node(sample.first(count), depth + 1, constant, rng);
    const std::uint32_t right = grow_node(sample.subspan(count), depth + 1, constant, rng);
    GrownNode& node = nodes_[place];
    node.threshold = threshold;
    node.feature = split.feature;
    node.left = left;
    node.right = right;
    return place;
}

}  // namespace sonde::detail
