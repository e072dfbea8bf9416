// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sonde/core/bytes.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/stats/range.hpp"

namespace sonde {

namespace detail {

/// Mean and sum of squared differences of `n` values, without saying what n is.
struct MeanAndSquares {
    double mean = 0, squares = 0;

    /// One more value; `n` counts it (Welford, Technometrics 4, 1962).
    void add(double x, double n) noexcept {
        const double delta = x - mean;
        mean += delta / n;
        squares += delta * (x - mean);
    }

    /// The `k` values of `other` beside the own `n`; one of them is above 0. No squares are subtracted
    /// (Chan, Golub, LeVeque: Updating formulae and a pairwise algorithm for computing sample variances,
    /// Stanford STAN-CS-79-773, 1979).
    void add(const MeanAndSquares& other, double n, double k) noexcept {
        const double delta = other.mean - mean, share = k / (n + k);
        mean += delta * share;
        squares += other.squares + delta * delta * (n * share);
    }
};

}  // namespace detail

/// Count, mean, variance, minimum and maximum of a stream of numbers.
///
/// Values are taken relative to the first one (Welford 1962 with shift), so that a large offset costs
/// no digits: 1e6 values at offset 1e9 agree with quadruple precision to 1e-9 of the variance, after
/// 1,000 merges too (proved by tests/golden/moments_test.cpp).
/// Range: magnitudes below 3e144; others, NaN and the infinities are rejected and counted.
/// Memory: 56 bytes. Cost: O(1), one division. Threading: single-writer.
class Moments {
public:
    static constexpr Format format{"MOMT", 1};

    struct Snapshot {
        std::uint64_t count = 0;     ///< values learned
        std::uint64_t rejected = 0;  ///< values refused
        double mean = 0;             ///< 0 while count is 0
        double variance = 0;         ///< of the sample (n - 1); 0 while count is below 2
        double min = 0, max = 0;     ///< 0 while count is 0
    };

    void observe(double x) noexcept {
        if (!detail::in_range(x)) {
            ++rejected_;
            return;
        }
        if (count_++ == 0) shift_ = min_ = max_ = x;
        if (x < min_) min_ = x;
        if (x > max_) max_ = x;
        about_shift_.add(detail::rounded(x - shift_), static_cast<double>(count_));
    }

    /// Leaves what one object would hold that saw both streams (Chan, Golub, LeVeque 1979). Cost: O(1).
    void merge(const Moments& other) noexcept;

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] std::uint64_t rejected() const noexcept { return rejected_; }
    [[nodiscard]] double mean() const noexcept { return shift_ + about_shift_.mean; }
    /// Of the sample (n - 1); 0 below two values.
    [[nodiscard]] double variance() const noexcept {
        return count_ < 2 ? 0 : about_shift_.squares / static_cast<double>(count_ - 1);
    }
    [[nodiscard]] double stddev() const noexcept { return detail::sqrt(variance()); }
    [[nodiscard]] double minimum() const noexcept { return min_; }
    [[nodiscard]] double maximum() const noexcept { return max_; }
    [[nodiscard]] Snapshot snapshot() const noexcept {
        return {count_, rejected_, mean(), variance(), min_, max_};
    }

    void write(ByteWriter& writer) const;
    [[nodiscard]] static Moments read(ByteReader& reader, std::uint16_t version);

private:
    [[nodiscard]] bool plausible() const noexcept;

    std::uint64_t count_ = 0, rejected_ = 0;
    double shift_ = 0;  // the first value
    double min_ = 0, max_ = 0;
    detail::MeanAndSquares about_shift_;
};

}  // namespace sonde
