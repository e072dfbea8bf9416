// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/random_features.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "models/instruction_set.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/rng.hpp"

namespace sonde {

namespace {

using detail::WaveLanes;

constexpr std::string_view where = "OnlineOneClassSvm";
constexpr std::size_t waves_of_block = 64, features_of_block = 2 * waves_of_block;
constexpr double largest_value =
    1e18;                         // of a feature: squares of differences and their sums stay far from the end
constexpr double farthest = 1e4;  // gamma times a squared distance; beyond, projections in float are noise
constexpr double largest_frequency = 64, largest_mass = 1e6;

#define SONDE_KERNEL "models/random_features.inc"
#include "models/for_each_set.inc"

void waves(const WaveLanes* frequencies, const float* row, const float* centre, std::size_t dimension,
           float rate, float* to) noexcept {
    switch (detail::fastest_set()) {
#if defined(__x86_64__)
        case detail::InstructionSet::avx512:
            return avx512::waves(frequencies, row, centre, dimension, rate, to);
        case detail::InstructionSet::avx2:
            return avx2::waves(frequencies, row, centre, dimension, rate, to);
#endif
        default:
            return baseline::waves(frequencies, row, centre, dimension, rate, to);
    }
}

std::size_t blocks_of(const OnlineOneClassSvmOptions& o) noexcept {
    return (o.random_features + features_of_block - 1) / features_of_block;
}

void check(std::string_view name, double value, bool good, std::string_view allowed) {
    if (!is_finite(value) || !good) fail(where, name, value, allowed);
}

const OnlineOneClassSvmOptions& checked(const OnlineOneClassSvmOptions& o) {
    const auto d = static_cast<double>(o.dimension), features = static_cast<double>(o.random_features);
    check("dimension", d, o.dimension >= 1 && o.dimension <= std::size_t{1} << 20, "in [1, 1048576]");
    check("random_features", features, o.random_features >= 128 && o.random_features <= 65'536,
          "in [128, 65536]");
    check("random_features times dimension", d * features, d * features <= 0x1p27, "at most 134217728");
    check("nu", o.nu, o.nu >= 0.001 && o.nu <= 1, "in [0.001, 1]");
    check("gamma", o.gamma, o.gamma == 0 || (o.gamma >= 1e-20 && o.gamma <= 1e20), "0 or in [1e-20, 1e20]");
    check("warm_up", static_cast<double>(o.warm_up), o.warm_up >= 4 && o.warm_up <= std::uint64_t{1} << 32,
          "in [4, 4294967296]");
    check("half_life", o.half_life, o.half_life == 0 || o.half_life >= 1, "0 or at least 1");
    return o;
}

std::vector<WaveLanes> draw(const OnlineOneClassSvmOptions& o) {
    std::vector<WaveLanes> frequencies(blocks_of(checked(o)) * o.dimension);
    Rng rng{o.seed};
    for (WaveLanes& block : frequencies)
        for (float& frequency : block.lane) frequency = static_cast<float>(rng.normal());
    return frequencies;
}

double bounded(float x) noexcept { return std::clamp(static_cast<double>(x), -largest_value, largest_value); }

}  // namespace

OnlineOneClassSvm::OnlineOneClassSvm(const OnlineOneClassSvmOptions& options)
    : OnlineOneClassSvm{options, draw(options)} {}

OnlineOneClassSvm::OnlineOneClassSvm(const OnlineOneClassSvmOptions& options,
                                     std::vector<WaveLanes> frequencies)
    : options_{checked(options)},
      frequencies_{std::move(frequencies)},
      centre_(options.dimension),
      spread_(options.dimension),
      gamma_{options.gamma},
      weights_(blocks_of(options) * features_of_block),
      offset_(options.dimension) {}

bool OnlineOneClassSvm::is_far(const Row& row) const noexcept {
    double squares = 0;
    for (std::size_t j = 0; j < row.size(); ++j) {
        const double difference = static_cast<double>(row[j]) - centre_[j];
        squares += difference * difference;
    }
    return squares * gamma_ > farthest;
}

/// 128 of phi, but for the factor that makes phi'phi a mean.
void OnlineOneClassSvm::features_of(const Row& row, std::size_t block, float* to) const noexcept {
    const auto rate = static_cast<float>(std::sqrt(2 * gamma_) / (2 * std::numbers::pi));
    waves(frequencies_.data() + block * row.size(), row.data(), offset_.data(), row.size(), rate, to);
}

double OnlineOneClassSvm::f(const Row& row) const noexcept {
    alignas(64) float features[features_of_block];
    const std::size_t blocks = blocks_of(options_);
    double sum = 0;
    for (std::size_t block = 0; block < blocks; ++block) {
        features_of(row, block, features);
        const double* weights = weights_.data() + block * features_of_block;
        double parts[4] = {0, 0, 0, 0};
        for (std::size_t i = 0; i < features_of_block; i += 4)
            for (std::size_t k = 0; k < 4; ++k)
                parts[k] += weights[i + k] * static_cast<double>(features[i + k]);
        sum += (parts[0] + parts[1]) + (parts[2] + parts[3]);
    }
    return sum / static_cast<double>(blocks * waves_of_block);
}

Score OnlineOneClassSvm::score(const Row& row) const noexcept {
    if (row.size() != options_.dimension || !all_finite(row)) return {0, Status::bad_input};
    if (learned_ < options_.warm_up) return {0, Status::warming_up};
    if (is_far(row)) return {1, Status::ok};
    return {std::max(1 - f(row) / mass_, 0.0), Status::ok};
}

double OnlineOneClassSvm::boundary() const noexcept {
    return learned_ < options_.warm_up ? 0 : std::max(1 - rho_ / mass_, 0.0);
}

Score OnlineOneClassSvm::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    const Score whole = score(row);
    if (shares.size() != row.size()) return {0, Status::bad_input};
    if (whole.status != Status::ok || whole.value <= 0) return whole;
    double sum = 0;
    for (std::size_t j = 0; j < row.size(); ++j) {
        const double difference = static_cast<double>(row[j]) - centre_[j];
        shares[j] = difference * difference;
        sum += shares[j];
    }
    for (double& share : shares)
        share = sum > 0 ? share / sum * whole.value : whole.value / static_cast<double>(row.size());
    return whole;
}

/// Welford's means and summed squared differences.
void OnlineOneClassSvm::learn_moments(const Row& row) noexcept {
    const auto count = static_cast<double>(learned_);
    for (std::size_t j = 0; j < row.size(); ++j) {
        const double x = bounded(row[j]), before = x - centre_[j];
        centre_[j] += before / count;
        spread_[j] += before * (x - centre_[j]);
    }
    if (learned_ < first_half()) return;
    double variance = 0;
    for (std::size_t j = 0; j < row.size(); ++j) {
        variance += spread_[j] / count;
        offset_[j] = static_cast<float>(centre_[j]);
    }
    if (gamma_ <= 0) gamma_ = variance > 0 ? std::clamp(1 / std::max(variance, 1e-20), 1e-20, 1e20) : 1;
}

/// w = keep w + by phi(row)
void OnlineOneClassSvm::pull(const Row& row, double keep, double by, bool far) noexcept {
    alignas(64) float features[features_of_block];
    mass_ = keep * mass_ + by;
    for (std::size_t block = 0; block < blocks_of(options_); ++block) {
        const bool any = by > 0 && !far;  // a far row is like none: its kernels are 0
        if (any) features_of(row, block, features);
        double* weights = weights_.data() + block * features_of_block;
        for (std::size_t i = 0; i < features_of_block; ++i)
            weights[i] = keep * weights[i] + (any ? by * static_cast<double>(features[i]) : 0);
    }
}

void OnlineOneClassSvm::learn(const Row& row) noexcept {
    if (row.size() != options_.dimension || !all_finite(row)) return;
    ++learned_;
    if (learned_ <= first_half()) return learn_moments(row);
    const bool far = is_far(row);
    const double now = far ? 0 : f(row),
                 least = options_.half_life > 0 ? -std::expm1(-std::numbers::ln2 / options_.half_life) : 0;
    const double step = std::max(1 / static_cast<double>(learned_ - first_half()), least);
    if (learned_ <= options_.warm_up) {
        // The mean phi, and the mean of what it was when each row came, as a start for the boundary.
        pull(row, 1 - step, step, far);
        rho_ += step * (now - rho_);
        return;
    }
    const bool outside = now < rho_;
    if (mass_ * (1 - step) + (outside ? step / options_.nu : 0) < 1e-6) return;  // w would vanish
    pull(row, 1 - step, outside ? step / options_.nu : 0, far);
    rho_ = std::clamp(rho_ + step * (outside ? 1 - 1 / options_.nu : 1), -largest_mass, largest_mass);
}

void OnlineOneClassSvm::write(ByteWriter& writer) const {
    writer.u64(options_.dimension);
    writer.u64(options_.random_features);
    writer.f64(options_.nu);
    writer.f64(options_.gamma);
    writer.u64(options_.warm_up);
    writer.f64(options_.half_life);
    writer.u64(options_.seed);
    writer.u64(learned_);
    writer.f64(gamma_);
    writer.f64(mass_);
    writer.f64(rho_);
    writer.f64s(centre_);
    writer.f64s(spread_);
    writer.f64s(weights_);
    // The seed would do, but then a small file could ask for much memory.
    writer.u64(frequencies_.size() * waves_of_block);
    for (const WaveLanes& block : frequencies_)
        for (const float frequency : block.lane) writer.f32(frequency);
}

bool OnlineOneClassSvm::plausible() const noexcept {
    const auto finite = [](const double& x) { return is_finite(x); };
    const auto near = [](const double& x) { return is_finite(x) && std::fabs(x) <= largest_value; };
    const auto small = [](const double& x) { return is_finite(x) && std::fabs(x) <= largest_mass; };
    const auto wave = [](const WaveLanes& block) {
        return std::all_of(block.lane, block.lane + waves_of_block,
                           [](const float& x) { return is_finite(x) && std::fabs(x) <= largest_frequency; });
    };
    const bool judging = learned_ >= options_.warm_up;
    const bool gamma_known =
        learned_ >= first_half() ? gamma_ >= 1e-20 && gamma_ <= 1e20 : gamma_ == options_.gamma;
    return finite(gamma_) && gamma_known && small(mass_) && (!judging || mass_ >= 1e-6) && small(rho_) &&
           std::all_of(centre_.begin(), centre_.end(), near) &&
           std::all_of(spread_.begin(), spread_.end(), finite) &&
           std::all_of(weights_.begin(), weights_.end(), small) &&
           std::all_of(frequencies_.begin(), frequencies_.end(), wave);
}

OnlineOneClassSvm OnlineOneClassSvm::read(ByteReader& reader, std::uint16_t) try {
    OnlineOneClassSvmOptions options;
    options.dimension = reader.u64();
    options.random_features = reader.u64();
    options.nu = reader.f64();
    options.gamma = reader.f64();
    options.warm_up = reader.u64();
    options.half_life = reader.f64();
    options.seed = reader.u64();
    checked(options);
    const std::size_t lanes = blocks_of(options) * options.dimension;
    if (lanes > reader.left() / sizeof(WaveLanes)) fail_format(where, "values missing");
    OnlineOneClassSvm scorer{options, std::vector<WaveLanes>(lanes)};
    const std::size_t d = options.dimension, features = scorer.weights_.size();
    scorer.learned_ = reader.u64();
    scorer.gamma_ = reader.f64();
    scorer.mass_ = reader.f64();
    scorer.rho_ = reader.f64();
    scorer.centre_ = reader.f64s();
    scorer.spread_ = reader.f64s();
    scorer.weights_ = reader.f64s();
    if (scorer.centre_.size() != d || scorer.spread_.size() != d || scorer.weights_.size() != features ||
        reader.length(sizeof(float)) != lanes * waves_of_block)
        fail_format(where, "another number of values");
    for (WaveLanes& block : scorer.frequencies_)
        for (float& frequency : block.lane) frequency = reader.f32();
    if (!scorer.plausible()) fail_format(where, "a state that no stream has");
    std::transform(scorer.centre_.begin(), scorer.centre_.end(), scorer.offset_.begin(),
                   [](double centre) { return static_cast<float>(centre); });
    return scorer;
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
