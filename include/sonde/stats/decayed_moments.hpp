// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sonde/stats/decay.hpp"
#include "sonde/stats/range.hpp"

namespace sonde {

/// Exponentially weighted mean and variance of a stream of numbers.
///
/// Formulas: Finch, Incremental calculation of weighted mean and variance, 2009, section 9; the
/// variance is freed of its bias as for reliability weights, W - (sum of w^2)/W in place of n - 1.
/// Without decay it is `Moments`' variance. The mean is kept as a sum of two doubles and no squares are
/// subtracted, so that neither a large offset nor an outlier that has faded costs digits.
/// Range: magnitudes below 3e144; others, NaN and the infinities are rejected and counted.
/// Cost: O(1), one division. Threading: single-writer.
class DecayedMoments {
public:
    static constexpr Format format{"DMOM", 1};

    explicit DecayedMoments(Decay decay) noexcept : decay_{decay} {}

    /// \param x  happens at the latest time seen
    void observe(double x) noexcept {
        if (detail::in_range(x))
            learn(x, decay_.keep());
        else
            ++rejected_;
    }
    /// \param now  the time of `x`; a time before the latest one counts as the latest
    void observe(double x, TimePoint now) noexcept {
        if (detail::in_range(x))
            learn(x, decay_.keep(time_.advance(now)));
        else
            ++rejected_;
    }

    /// Adds what another object saw at the same time: every value keeps the weight that it has by now.
    /// Both go on with the decay of this one. Cost: O(1).
    void merge(const DecayedMoments& other) noexcept;

    [[nodiscard]] const Decay& decay() const noexcept { return decay_; }
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] std::uint64_t rejected() const noexcept { return rejected_; }
    /// 0 while count() is 0.
    [[nodiscard]] double mean() const noexcept { return shift_ + mean_; }
    /// Unbiased; 0 while there are not two values that matter.
    [[nodiscard]] double variance() const noexcept {
        if (count_ < 2) return 0;
        const double freedom = weight_ - weight2_ / weight_;
        return freedom > 1e-12 * weight_ ? squares_ / freedom : 0;
    }
    [[nodiscard]] double stddev() const noexcept { return detail::sqrt(variance()); }
    /// The sum of all weights, the newest value's being 1.
    [[nodiscard]] double weight() const noexcept { return weight_; }
    /// How many equally weighted values would tell as much (Kish, Survey Sampling, 1965); count() when
    /// nothing fades.
    [[nodiscard]] double effective_count() const noexcept {
        return count_ == 0 ? 0 : weight_ * weight_ / weight2_;
    }

    /// Time between `write` and the next timed `observe` of what was read does not count.
    void write(ByteWriter& writer) const;
    [[nodiscard]] static DecayedMoments read(ByteReader& reader, std::uint16_t version);

private:
    [[nodiscard]] bool plausible() const noexcept;
    void learn(double x, double keep) noexcept {
        ++count_;
        const double before = weight_ * keep, delta = detail::rounded(x - shift_) - mean_;
        weight_ = before + 1;
        weight2_ = weight2_ * (keep * keep) + 1;
        squares_ = squares_ * keep + delta * delta * (before / weight_);
        mean_ += delta / weight_;
        rebase();
    }
    /// Moves what shift_ can hold of the mean there (Dekker, Numerische Mathematik 18, 1971).
    void rebase() noexcept {
        const double sum = detail::rounded(shift_ + mean_);
        mean_ = detail::rounded(shift_ - sum) + mean_;
        shift_ = sum;
    }

    Decay decay_;
    std::uint64_t count_ = 0, rejected_ = 0;
    double shift_ = 0, mean_ = 0;      // the mean is their sum; mean_ is what shift_ has no digits for
    double weight_ = 0, weight2_ = 0;  // sums of the weights and of their squares
    double squares_ = 0;               // about the mean
    detail::Timeline time_;
};

}  // namespace sonde
