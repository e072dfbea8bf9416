// SPDX-License-Identifier: Apache-2.0
#include "sonde/stats/quantile_sketch.hpp"

#include <algorithm>
#include <stdexcept>

#include "sonde/core/error.hpp"

namespace sonde {

namespace {

constexpr std::size_t max_buckets = std::size_t{1} << 20;
constexpr double largest_unit = 0x1p512;

void check(const QuantileSketch::Options& options) {
    const auto within = [](const double& x, double low, double high) {
        return is_finite(x) && x >= low && x <= high;
    };
    if (!within(options.relative_error, 0.0001, 0.3))
        fail("QuantileSketch", "relative_error", options.relative_error, "in [0.0001, 0.3]");
    if (!within(options.smallest, 1e-150, 1e150))
        fail("QuantileSketch", "smallest", options.smallest, "in [1e-150, 1e150]");
    if (!within(options.largest, options.smallest, 1e150) || options.largest <= options.smallest)
        fail("QuantileSketch", "largest", options.largest, "above smallest and at most 1e150");
}

}  // namespace

QuantileSketch::QuantileSketch() : QuantileSketch{Options{}} {}

QuantileSketch::QuantileSketch(Options options) : options_{options} {
    check(options);
    while (detail::log_linear_error(precision_) > options.relative_error) ++precision_;
    lowest_ = detail::log_linear_bits(options.smallest, precision_);
    side_ = static_cast<std::size_t>(detail::log_linear_bits(options.largest, precision_) - lowest_) + 1;
    zero_ = options.negative ? side_ : 0;
    const std::size_t buckets = zero_ + 1 + side_;
    if (buckets > max_buckets)
        fail("QuantileSketch", "buckets", static_cast<double>(buckets),
             "at most 1048576: ask for less precision or less range");
    weights_.resize(buckets);
}

double QuantileSketch::value(std::size_t bucket) const noexcept {
    if (bucket == zero_) return 0;
    const std::size_t step = bucket > zero_ ? bucket - zero_ - 1 : zero_ - bucket - 1;
    const double lower = detail::log_linear_value(lowest_ + step, precision_);
    const double upper = detail::log_linear_value(lowest_ + step + 1, precision_);
    const double middle = detail::log_linear_middle(lower, upper);
    return bucket > zero_ ? middle : -middle;
}

double QuantileSketch::sum() const noexcept {
    if (count_ == 0) return 0;
    double sum = 0;
    for (std::size_t i = locate(min_).bucket, last = locate(max_).bucket; i <= last; ++i) sum += weights_[i];
    return sum;
}

double QuantileSketch::quantile(double q) const noexcept {
    if (count_ == 0) return 0;
    const double rank = detail::probability(q) * std::max(sum() - unit_, 0.0);
    const std::size_t last = locate(max_).bucket;
    std::size_t i = locate(min_).bucket;
    for (double below = weights_[i]; i < last && below <= rank; below += weights_[i]) ++i;
    return std::clamp(value(i), min_, max_);
}

void QuantileSketch::merge(const QuantileSketch& other) noexcept {
    rejected_ += other.rejected_;
    clipped_ += other.clipped_;
    const detail::Timeline::Lag lag = time_.join(other.time_);
    if (other.count_ == 0) return;
    if (const double keep = options_.decay.fade(lag.own); keep < 1) fade(keep);
    min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
    max_ = count_ == 0 ? other.max_ : std::max(max_, other.max_);
    count_ += other.count_;
    const bool same = lowest_ == other.lowest_ && precision_ == other.precision_ && side_ == other.side_ &&
                      zero_ == other.zero_;
    const double factor = unit_ / other.unit_ * options_.decay.fade(lag.other);
    for (std::size_t i = 0; i < other.weights_.size(); ++i) {
        if (other.weights_[i] == 0) continue;
        const std::size_t to = same ? i : locate(std::clamp(other.value(i), min_, max_)).bucket;
        weights_[to] += other.weights_[i] * factor;
    }
}

void QuantileSketch::clear() noexcept {
    std::fill(weights_.begin(), weights_.end(), 0.0);
    unit_ = 1;
    count_ = rejected_ = clipped_ = 0;
    min_ = max_ = 0;
    time_ = {};  // else all that a merge brings from before this time could have faded to nothing
}

// Forward decay (Cormode, Shkapenyuk, Srivastava, Xu, ICDE 2009): new numbers grow heavier. Only when
// their weight comes near the end of what a double holds are all weights brought down.
void QuantileSketch::fade(double keep) noexcept {
    if (keep > 1 / largest_unit) {
        unit_ /= keep;
        if (unit_ < largest_unit) return;
        keep = 1;
    }
    for (double& weight : weights_) weight *= keep / unit_;
    unit_ = 1;
}

void QuantileSketch::write(ByteWriter& writer) const {
    for (const double x : {options_.relative_error, options_.smallest, options_.largest}) writer.f64(x);
    writer.u8(options_.negative ? 1 : 0);
    write_object(writer, options_.decay);
    writer.u64(count_);
    writer.u64(rejected_);
    writer.u64(clipped_);
    for (const double x : {min_, max_, unit_}) writer.f64(x);
    const auto used = [](double weight) { return weight > 0; };
    writer.u64(static_cast<std::uint64_t>(std::count_if(weights_.begin(), weights_.end(), used)));
    for (std::size_t i = 0; i < weights_.size(); ++i) {
        if (!used(weights_[i])) continue;
        writer.u32(static_cast<std::uint32_t>(i));
        writer.f64(weights_[i]);
    }
}

QuantileSketch QuantileSketch::read(ByteReader& reader, std::uint16_t) {
    Options options;
    options.relative_error = reader.finite();
    options.smallest = reader.finite();
    options.largest = reader.finite();
    options.negative = reader.choice(1) == 1;
    options.decay = read_object<Decay>(reader);
    QuantileSketch result = [&options] {
        try {
            return QuantileSketch{options};
        } catch (const std::invalid_argument& error) {
            fail_format("QuantileSketch", error.what());
        }
    }();
    result.count_ = reader.u64();
    result.rejected_ = reader.u64();
    result.clipped_ = reader.u64();
    result.min_ = reader.finite();
    result.max_ = reader.finite();
    result.unit_ = reader.finite();
    if (result.count_ > detail::largest_count) fail_format("QuantileSketch", "more numbers than can be");
    const bool empty = result.count_ == 0 && result.min_ == 0 && result.max_ == 0;
    if (!empty && (result.count_ == 0 || result.min_ > result.max_))
        fail_format("QuantileSketch", "extremes that no stream leaves");
    if (!(result.unit_ >= 1 && result.unit_ <= largest_unit))
        fail_format("QuantileSketch", "weight out of range");
    result.read_weights(reader);
    return result;
}

void QuantileSketch::read_weights(ByteReader& reader) {
    const std::size_t used = reader.length(12);
    if ((used == 0) != (count_ == 0)) fail_format("QuantileSketch", "buckets that no stream leaves");
    std::size_t next = locate(min_).bucket;
    const std::size_t last = locate(max_).bucket;
    for (std::size_t i = 0; i < used; ++i) {
        const std::size_t bucket = reader.u32();
        const double weight = reader.finite();
        if (bucket < next || bucket > last) fail_format("QuantileSketch", "a bucket out of order");
        if (!(weight > 0 && weight <= static_cast<double>(count_) * unit_ * (1 + 1e-6)))
            fail_format("QuantileSketch", "a weight out of range");
        weights_[bucket] = weight;
        next = bucket + 1;
    }
}

}  // namespace sonde
