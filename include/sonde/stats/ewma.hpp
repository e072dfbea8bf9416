// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sonde/stats/decay.hpp"
#include "sonde/stats/range.hpp"

namespace sonde {

/// The exponentially weighted mean of a stream of numbers, without the usual bias towards the start:
/// it divides by the weight that was given out, so that the mean of one value is that value.
///
/// Formula: Finch, Incremental calculation of weighted mean and variance, 2009, section 9.
/// Range: magnitudes below 3e144; others, NaN and the infinities are rejected and counted.
/// Cost: O(1), one division. Threading: single-writer.
class Ewma {
public:
    static constexpr Format format{"EWMA", 1};

    explicit Ewma(Decay decay) noexcept : decay_{decay} {}

    /// \param x  happens at the latest time seen
    void observe(double x) noexcept { learn(x, decay_.keep()); }
    /// \param now  the time of `x`; a time before the latest one counts as the latest
    void observe(double x, TimePoint now) noexcept {
        if (detail::in_range(x))
            learn(x, decay_.keep(time_.advance(now)));
        else
            ++rejected_;
    }

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] std::uint64_t rejected() const noexcept { return rejected_; }
    /// 0 while count() is 0.
    [[nodiscard]] double mean() const noexcept { return mean_; }
    /// The sum of all weights, the newest value's being 1.
    [[nodiscard]] double weight() const noexcept { return weight_; }

    /// Time between `write` and the next timed `observe` of what was read does not count.
    void write(ByteWriter& writer) const;
    [[nodiscard]] static Ewma read(ByteReader& reader, std::uint16_t version);

private:
    void learn(double x, double keep) noexcept {
        if (!detail::in_range(x)) {
            ++rejected_;
            return;
        }
        ++count_;
        weight_ = weight_ * keep + 1;
        mean_ += (x - mean_) / weight_;
    }

    Decay decay_;
    std::uint64_t count_ = 0, rejected_ = 0;
    double weight_ = 0, mean_ = 0;
    detail::Timeline time_;
};

}  // namespace sonde
