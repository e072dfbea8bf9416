// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sonde/stats/decay.hpp"
#include "sonde/stats/log_linear.hpp"
#include "sonde/stats/range.hpp"

namespace sonde {

/// Quantiles of a stream of numbers in fixed memory.
///
/// The value given for a quantile is off by at most `relative_error` of it, wherever the numbers lie
/// and in whatever order they come (Masson, Rim, Lee: DDSketch, PVLDB 12, 2019; with buckets cut by the
/// bits of the number in place of a logarithm). This holds for magnitudes in [smallest, largest]; those
/// nearer to 0 count as 0, those beyond count as `largest` and in clipped(). NaN and the infinities are
/// rejected and counted.
/// Memory: 8 bytes a bucket, log2(largest / smallest) / relative_error of them at most, twice that with
/// negative numbers; 30 KiB a side as it comes. Taken at construction.
/// Cost: `observe` O(1), no logarithm; `quantile` O(buckets between the extremes). Threading: single-writer.
class QuantileSketch {
public:
    static constexpr Format format{"QSKT", 1};

    struct Options {
        double relative_error = 0.01;  ///< in [0.0001, 0.3]
        double smallest = 1e-9;        ///< at least 1e-150
        double largest = 1e9;          ///< above `smallest`, at most 1e150
        bool negative = true;          ///< false: half the memory; numbers below 0 count as 0, and as clipped
        Decay decay{};                 ///< how fast numbers lose weight; nothing fades as it comes

        friend bool operator==(const Options&, const Options&) noexcept = default;
    };

    QuantileSketch();
    /// \throws std::invalid_argument
    explicit QuantileSketch(Options options);

    /// \param x  happens at the latest time seen
    void observe(double x) noexcept {
        if (is_finite(x))
            learn(x, options_.decay.keep());
        else
            ++rejected_;
    }
    /// \param now  the time of `x`; a time before the latest one counts as the latest
    void observe(double x, TimePoint now) noexcept {
        if (is_finite(x))
            learn(x, options_.decay.keep(time_.advance(now)));
        else
            ++rejected_;
    }

    /// Leaves what one sketch would hold that saw both streams; numbers keep the weight that they have
    /// by now. A sketch with other buckets is taken over bucket by bucket, and the errors add up.
    /// Cost: O(buckets), no allocation.
    void merge(const QuantileSketch& other) noexcept;
    /// Forgets all numbers and counts, and what time it is.
    void clear() noexcept;

    /// The number with rank q (n - 1), counted from 0 and rounded down; 0 while count() is 0.
    /// Always in [minimum(), maximum()]. \param q  clamped to [0, 1]
    [[nodiscard]] double quantile(double q) const noexcept;

    [[nodiscard]] const Options& options() const noexcept { return options_; }
    /// Numbers learned, faded ones included.
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] std::uint64_t rejected() const noexcept { return rejected_; }
    /// Numbers that were beyond what the buckets cover.
    [[nodiscard]] std::uint64_t clipped() const noexcept { return clipped_; }
    /// The sum of all weights, the newest number's being 1; count() when nothing fades.
    /// Cost: O(buckets between the extremes).
    [[nodiscard]] double weight() const noexcept { return sum() / unit_; }
    /// The extremes of all numbers learned, faded ones included; exact. 0 while count() is 0.
    [[nodiscard]] double minimum() const noexcept { return min_; }
    [[nodiscard]] double maximum() const noexcept { return max_; }
    /// The error that the buckets really have, at most the one asked for.
    [[nodiscard]] double relative_error() const noexcept { return detail::log_linear_error(precision_); }
    [[nodiscard]] std::size_t memory() const noexcept { return weights_.size() * sizeof(double); }

    /// Time between `write` and the next timed `observe` of what was read does not count.
    void write(ByteWriter& writer) const;
    [[nodiscard]] static QuantileSketch read(ByteReader& reader, std::uint16_t version);

private:
    struct Place {
        std::size_t bucket;
        bool clipped;
    };

    void learn(double x, double keep) noexcept {
        if (count_++ == 0) min_ = max_ = x;
        if (x < min_) min_ = x;
        if (x > max_) max_ = x;
        if (keep < 1) fade(keep);
        const Place place = locate(x);
        clipped_ += static_cast<std::uint64_t>(place.clipped);
        weights_[place.bucket] += unit_;
    }
    [[nodiscard]] Place locate(double x) const noexcept {
        const std::uint64_t bits = detail::log_linear_bits(detail::abs(x), precision_);
        if (x < 0 && zero_ == 0) return {zero_, true};
        if (bits < lowest_) return {zero_, false};
        const bool beyond = bits - lowest_ >= side_;
        const std::size_t step = beyond ? side_ : static_cast<std::size_t>(bits - lowest_) + 1;
        return {x < 0 ? zero_ - step : zero_ + step, beyond};
    }
    [[nodiscard]] double value(std::size_t bucket) const noexcept;
    [[nodiscard]] double sum() const noexcept;
    void fade(double keep) noexcept;
    void read_weights(ByteReader& reader);

    Options options_;
    unsigned precision_ = 0;    // powers of two are cut into 2^precision_ buckets
    std::uint64_t lowest_ = 0;  // log_linear_bits of `smallest`
    std::size_t side_ = 0;      // buckets of one sign
    std::size_t zero_ = 0;      // the bucket of 0; negative ones lie below it, positive ones above
    std::vector<double> weights_;
    double unit_ = 1;  // what a new number weighs: it grows, in place of shrinking all others
    std::uint64_t count_ = 0, rejected_ = 0, clipped_ = 0;
    double min_ = 0, max_ = 0;
    detail::Timeline time_;
};

}  // namespace sonde
