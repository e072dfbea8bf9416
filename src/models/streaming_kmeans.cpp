// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/streaming_kmeans.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include "models/lloyd.hpp"
#include "models/squared_distance.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/rng.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "StreamingKMeans";
constexpr std::size_t most = std::size_t{1} << 20, most_values = std::size_t{1} << 26;
constexpr int first_iterations = 20;

const StreamingKMeansOptions& checked(const StreamingKMeansOptions& o) {
    const auto number = [](std::size_t n) { return static_cast<double>(n); };
    if (o.dimension < 1 || o.dimension > most)
        fail(where, "dimension", number(o.dimension), "in [1, 1048576]");
    if (o.clusters < 1 || o.clusters > most) fail(where, "clusters", number(o.clusters), "in [1, 1048576]");
    if (o.clusters * o.dimension > most_values)
        fail(where, "clusters times dimension", number(o.clusters * o.dimension), "at most 67108864");
    if (o.warm_up < o.clusters || o.warm_up > most)
        fail(where, "warm_up", number(o.warm_up), "at least clusters and at most 1048576");
    if (o.warm_up * o.dimension > most_values)
        fail(where, "warm_up times dimension", number(o.warm_up * o.dimension), "at most 67108864");
    if (!is_finite(o.half_life) || (o.half_life != 0 && o.half_life < 1))
        fail(where, "half_life", o.half_life, "0 or at least 1");
    return o;
}

bool all_finite_values(const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](const double& x) { return is_finite(x); });
}

}  // namespace

StreamingKMeans::StreamingKMeans(const StreamingKMeansOptions& options) : StreamingKMeans{options, true} {}

StreamingKMeans::StreamingKMeans(const StreamingKMeansOptions& options, bool warming_up)
    : options_{checked(options)},
      centres_(options.clusters * options.dimension),
      weights_(options.clusters),
      last_(options.clusters) {
    if (!warming_up) return;
    first_rows_.resize(options.warm_up * options.dimension);
    squares_.resize(options.warm_up);
    labels_.resize(options.warm_up);
}

StreamingKMeans::Found StreamingKMeans::nearest(const float* row) const noexcept {
    const std::size_t d = options_.dimension;
    Found best{0, detail::squared_distance(row, centres_.data(), d)};
    for (std::size_t c = 1; c < used_; ++c)
        if (const double squares = detail::squared_distance(row, centres_.data() + c * d, d);
            squares < best.squares)
            best = {c, squares};
    return best;
}

Score StreamingKMeans::score(const Row& row) const noexcept {
    if (row.size() != options_.dimension || !all_finite(row)) return {0, Status::bad_input};
    if (used_ == 0) return {0, Status::warming_up};
    return {std::sqrt(nearest(row.data()).squares), Status::ok};
}

Score StreamingKMeans::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    const Score result = score(row);
    if (shares.size() != row.size()) return {0, Status::bad_input};
    if (result.status != Status::ok || result.value <= 0) return result;
    const double* centre = centres_.data() + nearest(row.data()).cluster * options_.dimension;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const double difference = static_cast<double>(row[i]) - centre[i];
        shares[i] = difference / result.value * difference;
    }
    return result;
}

double StreamingKMeans::weight_of(std::size_t cluster) const noexcept {
    if (options_.half_life <= 0) return weights_[cluster];
    const auto passed = static_cast<double>(learned_ - last_[cluster]);
    return weights_[cluster] * std::exp2(-passed / options_.half_life);
}

void StreamingKMeans::pull(std::size_t cluster, const float* row) noexcept {
    const double weight = weight_of(cluster) + 1, part = 1 / weight;
    double* centre = centres_.data() + cluster * options_.dimension;
    for (std::size_t i = 0; i < options_.dimension; ++i)
        centre[i] += (static_cast<double>(row[i]) - centre[i]) * part;
    weights_[cluster] = weight;
    last_[cluster] = learned_;
}

void StreamingKMeans::learn(const Row& row) noexcept {
    if (row.size() != options_.dimension || !all_finite(row)) return;
    ++learned_;
    if (used_ > 0) {
        pull(nearest(row.data()).cluster, row.data());
        return;
    }
    const auto at = static_cast<std::size_t>(learned_ - 1) * options_.dimension;
    std::copy(row.begin(), row.end(), first_rows_.begin() + static_cast<std::ptrdiff_t>(at));
    if (learned_ == options_.warm_up) choose_centres();
}

void StreamingKMeans::choose_centres() noexcept {
    const std::size_t d = options_.dimension, rows = options_.warm_up;
    Rng rng{options_.seed};
    std::size_t chosen = static_cast<std::size_t>(rng.below(rows));
    while (true) {
        std::copy_n(first_rows_.data() + chosen * d, d, centres_.data() + used_ * d);
        ++used_;
        double sum = 0;
        for (std::size_t i = 0; i < rows; ++i) {
            const double now =
                detail::squared_distance(first_rows_.data() + i * d, centres_.data() + (used_ - 1) * d, d);
            squares_[i] = used_ == 1 ? now : std::min(squares_[i], now);
            sum += squares_[i];
        }
        if (used_ == options_.clusters || sum <= 0) break;
        double left = rng.uniform() * sum;
        chosen = rows;
        for (std::size_t i = 0; i < rows;
             ++i) {  // the last that is no centre when rounding runs past the end
            if (squares_[i] <= 0) continue;
            chosen = i;
            if ((left -= squares_[i]) < 0) break;
        }
    }
    std::fill(labels_.begin(), labels_.end(), static_cast<std::uint32_t>(used_));
    for (int i = 0; i < first_iterations && improve_centres(); ++i) {}
    for (std::size_t c = 0; c < used_; ++c) last_[c] = learned_;
}

/// One of Lloyd's iterations. \returns false when no row changed its centre
bool StreamingKMeans::improve_centres() noexcept {
    const std::size_t d = options_.dimension, rows = options_.warm_up;
    bool changed = false;
    for (std::size_t i = 0; i < rows; ++i) {
        const auto label = static_cast<std::uint32_t>(nearest(first_rows_.data() + i * d).cluster);
        changed |= labels_[i] != label;
        labels_[i] = label;
    }
    if (!changed) return false;
    std::fill(weights_.begin(), weights_.end(), 0.0);
    for (std::size_t i = 0; i < rows; ++i) {  // a running mean, so that a centre without rows stays
        const float* row = first_rows_.data() + i * d;
        double* centre = centres_.data() + labels_[i] * d;
        const double part = 1 / ++weights_[labels_[i]];
        for (std::size_t j = 0; j < d; ++j) centre[j] += (static_cast<double>(row[j]) - centre[j]) * part;
    }
    return true;
}

bool StreamingKMeans::plausible() const noexcept {
    const bool warming_up = learned_ < options_.warm_up;
    if (used_ > options_.clusters || warming_up != (used_ == 0)) return false;
    for (std::size_t c = 0; c < options_.clusters; ++c)
        if (!is_finite(weights_[c]) || weights_[c] < 0 || weights_[c] > 0x1p64 || last_[c] > learned_)
            return false;
    return all_finite_values(centres_) &&
           std::all_of(centres_.begin(), centres_.end(), [](double x) { return std::abs(x) <= 1e39; });
}

void StreamingKMeans::write(ByteWriter& writer) const {
    writer.u64(options_.dimension);
    writer.u64(options_.clusters);
    writer.u64(options_.warm_up);
    writer.f64(options_.half_life);
    writer.u64(options_.seed);
    writer.u64(learned_);
    writer.u64(used_);
    writer.f64s(centres_);
    writer.f64s(weights_);
    writer.u64s(last_);
    writer.f32s(used_ == 0 ? std::span<const float>{first_rows_} : std::span<const float>{});
}

StreamingKMeans StreamingKMeans::read(ByteReader& reader, std::uint16_t) try {
    StreamingKMeansOptions options;
    options.dimension = static_cast<std::size_t>(reader.u64());
    options.clusters = static_cast<std::size_t>(reader.u64());
    options.warm_up = static_cast<std::size_t>(reader.u64());
    options.half_life = reader.finite();
    options.seed = reader.u64();
    checked(options);
    const std::uint64_t learned = reader.u64(), used = reader.u64();
    // The rows of the warm-up are all in the file, also those that are still to come.
    const std::size_t values = options.clusters * options.dimension, left = reader.left();
    if (values > left / 8 || (used == 0 && options.warm_up * options.dimension > left / 4))
        fail_format(where, "values missing");
    StreamingKMeans scorer{options, used == 0};
    scorer.learned_ = learned;
    scorer.used_ = static_cast<std::size_t>(used);
    const std::size_t sizes[] = {values, options.clusters, options.clusters, scorer.first_rows_.size()};
    scorer.centres_ = reader.f64s();
    scorer.weights_ = reader.f64s();
    scorer.last_ = reader.u64s();
    scorer.first_rows_ = reader.f32s();
    if (scorer.centres_.size() != sizes[0] || scorer.weights_.size() != sizes[1] ||
        scorer.last_.size() != sizes[2] || scorer.first_rows_.size() != sizes[3])
        fail_format(where, "another number of values");
    if (!scorer.plausible() || !all_finite(scorer.first_rows_))
        fail_format(where, "a state that no stream has");
    return scorer;
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
