// SPDX-License-Identifier: Apache-2.0
#include "sonde/stats/decayed_moments.hpp"

#include "sonde/core/error.hpp"
#include "sonde/stats/moments.hpp"

namespace sonde {

void DecayedMoments::merge(const DecayedMoments& other) noexcept {
    rejected_ += other.rejected_;
    const detail::Timeline::Lag lag = time_.join(other.time_);
    if (other.count_ == 0) return;
    const double own = decay_.fade(lag.own), theirs = decay_.fade(lag.other);
    const double n = weight_ * own, k = other.weight_ * theirs;
    detail::MeanAndSquares sum{mean_, squares_ * own};
    sum.add({detail::rounded(other.shift_ - shift_) + other.mean_, other.squares_ * theirs}, n, k);
    mean_ = sum.mean;
    squares_ = sum.squares;
    weight_ = n + k;
    weight2_ = weight2_ * (own * own) + other.weight2_ * (theirs * theirs);
    count_ += other.count_;
    rebase();
}

void DecayedMoments::write(ByteWriter& writer) const {
    write_object(writer, decay_);
    writer.u64(count_);
    writer.u64(rejected_);
    for (const double x : {shift_, weight_, weight2_, mean_, squares_}) writer.f64(x);
}

DecayedMoments DecayedMoments::read(ByteReader& reader, std::uint16_t) {
    DecayedMoments result{read_object<Decay>(reader)};
    result.count_ = reader.u64();
    result.rejected_ = reader.u64();
    result.shift_ = reader.finite();
    result.weight_ = reader.finite();
    result.weight2_ = reader.finite();
    result.mean_ = reader.finite();
    result.squares_ = reader.finite();
    if (!result.plausible()) fail_format("DecayedMoments", "state that no stream leaves");
    return result;
}

bool DecayedMoments::plausible() const noexcept {
    if (count_ == 0) return shift_ == 0 && weight_ == 0 && weight2_ == 0 && mean_ == 0 && squares_ == 0;
    if (count_ > detail::largest_count) return false;
    const double n = static_cast<double>(count_), slack = 1 + 1e-6;
    // The newest value weighs 1, and no weight is above 1.
    const bool weighed = weight_ >= 1 && weight_ <= n * slack && weight2_ >= 1 && weight2_ <= weight_ * slack;
    const double widest = detail::largest_value * slack;
    const bool placed = detail::abs(shift_) <= widest && detail::abs(mean_) <= 1e-6 * detail::abs(shift_);
    // Popoviciu's bound, as for Moments.
    return weighed && placed && squares_ >= 0 && squares_ <= weight_ * (widest * widest);
}

}  // namespace sonde
