// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/random_cut_forest.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include "sonde/core/bits.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "RandomCutForest";
constexpr std::size_t max_dimension = std::size_t{1} << 20, max_trees = 1024, max_sample = 65536,
                      max_values = std::size_t{1} << 26;

// A float resolves a value to 6e-8 of its size; what is below this part of it may be rounding.
constexpr double float_resolution = 1e-6;
constexpr double least_range = 1e-30, least_weight = 1e-40;

using RngState = std::array<std::uint64_t, 4>;

const RandomCutForestOptions& checked(const RandomCutForestOptions& o) {
    const auto number = [](std::uint64_t n) { return static_cast<double>(n); };
    if (o.dimension < 1 || o.dimension > max_dimension)
        fail(where, "dimension", number(o.dimension), "in [1, 1048576]");
    if (o.trees < 1 || o.trees > max_trees) fail(where, "trees", number(o.trees), "in [1, 1024]");
    if (o.sample_size < 2 || o.sample_size > max_sample)
        fail(where, "sample_size", number(o.sample_size), "in [2, 65536]");
    if (o.trees * o.sample_size * o.dimension > max_values)
        fail(where, "trees times sample_size times dimension", number(o.trees * o.sample_size * o.dimension),
             "at most 67108864");
    if (o.warm_up < 2) fail(where, "warm_up", number(o.warm_up), "at least 2");
    if (!is_finite(o.half_life) || (o.half_life != 0 && o.half_life < 1))
        fail(where, "half_life", o.half_life, "0 or at least 1");
    return o;
}

/// log(-log u) of a uniform u: the smallest of equally old rows' make a uniform sample.
double first_key(Rng& rng) noexcept { return std::log(-std::log(std::max(rng.uniform(), 0x1p-60))); }

}  // namespace

RandomCutForest::RandomCutForest(const RandomCutForestOptions& options)
    : options_{checked(options)},
      fading_{options.half_life > 0 ? std::log(2.0) / options.half_life : 0},
      part_{1 / static_cast<double>(options.trees)},
      rng_{options.seed},
      trees_(options.trees, detail::CutTree{options.sample_size, options.dimension}),
      weights_(options.dimension, 1.0),
      ranges_(options.trees) {}

Status RandomCutForest::status_of(const Row& row) const noexcept {
    if (row.size() != options_.dimension || !all_finite(row)) return Status::bad_input;
    return learned_ < options_.warm_up ? Status::warming_up : Status::ok;
}

Score RandomCutForest::score(const Row& row) const noexcept {
    const Status status = status_of(row);
    if (status != Status::ok) return {0, status};
    double sum = 0;
    for (const auto& tree : trees_) sum += tree.displacement(row.data(), weights_.data(), nullptr);
    return {sum * part_, Status::ok};
}

void RandomCutForest::score_batch(MatrixView rows, std::span<Score> out) const noexcept {
    // A tree stays in the cache for a tile of rows.
    constexpr std::size_t tile = 64;
    const std::size_t count = std::min(rows.rows(), out.size());
    for (std::size_t first = 0; first < count; first += tile) {
        const std::size_t last = std::min(count, first + tile);
        for (std::size_t i = first; i < last; ++i) out[i] = {0, status_of(rows.row(i))};
        for (const auto& tree : trees_) {
            for (std::size_t i = first; i < last; ++i)
                if (out[i].status == Status::ok)
                    out[i].value += tree.displacement(rows.row(i).data(), weights_.data(), nullptr);
        }
        for (std::size_t i = first; i < last; ++i) out[i].value *= part_;
    }
}

Score RandomCutForest::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    const Score result = shares.size() == row.size() ? score(row) : Score{0, Status::bad_input};
    if (result.status != Status::ok || result.value <= 0) return result;
    for (const auto& tree : trees_)
        static_cast<void>(tree.displacement(row.data(), weights_.data(), shares.data()));
    double sum = 0;
    for (const double share : shares) sum += share;
    for (double& share : shares) share = sum > 0 ? share / sum * result.value : 0;
    return result;
}

void RandomCutForest::learn(const Row& row) noexcept {
    if (status_of(row) == Status::bad_input) return;
    ++learned_;
    const double age = fading_ * static_cast<double>(learned_);
    for (auto& tree : trees_)
        if (const double key = first_key(rng_) - age; tree.wants(key))
            tree.put(row.data(), key, weights_.data(), rng_);
    refresh_weights();
}

void RandomCutForest::refresh_weights() noexcept {
    // As long as nothing was dropped all trees have the same sample; then one feature per row has its turn.
    if (learned_ > options_.sample_size) {
        refresh_weight(static_cast<std::size_t>(learned_ % options_.dimension), trees_.size());
        return;
    }
    for (std::size_t i = 0; i < options_.dimension; ++i) refresh_weight(i, 1);
}

void RandomCutForest::refresh_weight(std::size_t feature, std::size_t trees) noexcept {
    std::size_t varied = 0;
    for (std::size_t i = 0; i < trees; ++i)
        if (const double range = trees_[i].range(feature); range > 0) ranges_[varied++] = range;
    double unit = std::max(float_resolution * std::abs(trees_[0].least(feature)), least_range);
    if (varied > 0) {
        const auto middle = ranges_.begin() + static_cast<std::ptrdiff_t>(varied / 2);
        std::nth_element(ranges_.begin(), middle, ranges_.begin() + static_cast<std::ptrdiff_t>(varied));
        unit = std::max(unit, *middle);
    }
    weights_[feature] = 1 / unit;
}

void RandomCutForest::write(ByteWriter& writer) const {
    writer.u64(options_.dimension);
    writer.u64(options_.trees);
    writer.u64(options_.sample_size);
    writer.u64(options_.warm_up);
    writer.f64(options_.half_life);
    writer.u64(options_.seed);
    writer.u64(learned_);
    for (const std::uint64_t word : detail::bit_cast<RngState>(rng_)) writer.u64(word);
    writer.f64s(weights_);
    for (const auto& tree : trees_) tree.write(writer);
}

RandomCutForest RandomCutForest::read(ByteReader& reader, std::uint16_t) try {
    RandomCutForestOptions options;
    options.dimension = static_cast<std::size_t>(reader.u64());
    options.trees = static_cast<std::size_t>(reader.u64());
    options.sample_size = static_cast<std::size_t>(reader.u64());
    options.warm_up = reader.u64();
    options.half_life = reader.finite();
    options.seed = reader.u64();
    const std::size_t tree_size =
        detail::CutTree::written_size(checked(options).sample_size, options.dimension);
    if (options.trees > reader.left() / tree_size) fail_format(where, "trees missing");
    RandomCutForest forest{options};
    forest.learned_ = reader.u64();
    RngState state;
    for (std::uint64_t& word : state) word = reader.u64();
    if ((state[0] | state[1] | state[2] | state[3]) == 0) fail_format(where, "random state of zeros");
    forest.rng_ = detail::bit_cast<Rng>(state);
    forest.weights_ = reader.f64s();
    if (forest.weights_.size() != options.dimension) fail_format(where, "another number of weights");
    for (const double& weight : forest.weights_)
        if (!is_finite(weight) || weight < least_weight || weight > 1 / least_range)
            fail_format(where, "a weight that no range has");
    const auto held = std::min<std::uint64_t>(forest.learned_, options.sample_size);
    for (auto& tree : forest.trees_) {
        tree.read(where, reader);
        if (tree.size() != held) fail_format(where, "a sample of another size");
    }
    return forest;
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
