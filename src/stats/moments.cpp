// SPDX-License-Identifier: Apache-2.0
#include "sonde/stats/moments.hpp"

#include <algorithm>

#include "sonde/core/error.hpp"

namespace sonde {

void Moments::merge(const Moments& other) noexcept {
    rejected_ += other.rejected_;
    if (other.count_ == 0) return;
    if (count_ == 0) {
        const std::uint64_t rejected = rejected_;
        *this = other;
        rejected_ = rejected;
        return;
    }
    detail::MeanAndSquares theirs = other.about_shift_;
    theirs.mean += detail::rounded(other.shift_ - shift_);
    about_shift_.add(theirs, static_cast<double>(count_), static_cast<double>(other.count_));
    count_ += other.count_;
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
}

void Moments::write(ByteWriter& writer) const {
    writer.u64(count_);
    writer.u64(rejected_);
    for (const double x : {shift_, min_, max_, about_shift_.mean, about_shift_.squares}) writer.f64(x);
}

Moments Moments::read(ByteReader& reader, std::uint16_t) {
    Moments result;
    result.count_ = reader.u64();
    result.rejected_ = reader.u64();
    result.shift_ = reader.finite();
    result.min_ = reader.finite();
    result.max_ = reader.finite();
    result.about_shift_.mean = reader.finite();
    result.about_shift_.squares = reader.finite();
    if (!result.plausible()) fail_format("Moments", "state that no stream leaves");
    return result;
}

bool Moments::plausible() const noexcept {
    if (count_ == 0)
        return shift_ == 0 && min_ == 0 && max_ == 0 && about_shift_.mean == 0 && about_shift_.squares == 0;
    if (count_ > detail::largest_count || !detail::in_range(min_) || !detail::in_range(max_)) return false;
    const double range = max_ - min_, slack = 1e-6 * range, n = static_cast<double>(count_);
    const double mean = about_shift_.mean, squares = about_shift_.squares;
    const bool ordered = min_ <= shift_ && shift_ <= max_;
    const bool mean_inside = mean >= min_ - shift_ - slack && mean <= max_ - shift_ + slack;
    // Popoviciu's bound: no variance is above a quarter of the squared range.
    const double largest = n * (range * range / 4 * (1 + 1e-6) + 1e-300);
    return ordered && mean_inside && squares >= 0 && squares <= largest;
}

}  // namespace sonde
