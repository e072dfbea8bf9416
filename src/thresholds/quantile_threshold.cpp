// SPDX-License-Identifier: Apache-2.0
#include "sonde/thresholds/quantile_threshold.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "QuantileThreshold";
constexpr std::uint64_t part = 64;  // of the scores, between two looks at the sketch

const QuantileThresholdOptions& checked(const QuantileThresholdOptions& o) {
    if (!is_finite(o.quantile) || o.quantile <= 0 || o.quantile >= 1)
        fail(where, "quantile", o.quantile, "in (0, 1)");
    if (o.warm_up < 1) fail(where, "warm_up", 0.0, "at least 1");
    if (!is_finite(o.margin) || o.margin <= 0 || o.margin > 1e6)
        fail(where, "margin", o.margin, "in (0, 1e6]");
    if (!is_finite(o.half_life) || (o.half_life != 0 && o.half_life < 1))
        fail(where, "half_life", o.half_life, "0 or at least 1");
    return o;
}

QuantileSketch sketch_for(const QuantileThresholdOptions& options) {
    QuantileSketch::Options sketch;
    sketch.relative_error = 0.01;
    sketch.smallest = QuantileThreshold::floor;
    sketch.largest = 1e18;
    sketch.negative = false;  // scores never are
    if (options.half_life > 0) sketch.decay = Decay::half_life(options.half_life);
    return QuantileSketch{sketch};
}

/// The bound for a quantile. No margin makes it infinite.
double bound(double margin, double quantile) {
    return std::max(QuantileThreshold::floor, margin * std::min(quantile, 1e300));
}

}  // namespace

QuantileThreshold::QuantileThreshold(const QuantileThresholdOptions& options)
    : options_{checked(options)}, sketch_{sketch_for(options)}, refresh_at_{options.warm_up} {}

std::uint64_t QuantileThreshold::next_refresh() const noexcept {
    const auto seen = static_cast<double>(learned_);
    const double memory = options_.half_life > 0 ? std::min(options_.half_life, seen) : seen;
    return learned_ + 1 + static_cast<std::uint64_t>(memory) / part;
}

void QuantileThreshold::refresh() noexcept {
    value_ = bound(options_.margin, sketch_.quantile(options_.quantile));
    refresh_at_ = next_refresh();
}

/// The bound is that of the last refresh, which the sketch has gone on from: it and the next refresh can
/// only be held against what lies between the first score and now.
bool QuantileThreshold::plausible() const noexcept {
    if (learned_ > detail::largest_count || learned_ != sketch_.count() + sketch_.rejected()) return false;
    if (learned_ < options_.warm_up) return refresh_at_ == options_.warm_up && value_ == floor;
    const double lowest = bound(options_.margin, sketch_.minimum());
    const double highest = bound(options_.margin, sketch_.maximum());
    return learned_ < refresh_at_ && refresh_at_ <= next_refresh() && lowest <= value_ && value_ <= highest;
}

void QuantileThreshold::write(ByteWriter& writer) const {
    writer.f64(options_.quantile);
    writer.u64(options_.warm_up);
    writer.f64(options_.margin);
    writer.f64(options_.half_life);
    write_object(writer, sketch_);
    writer.u64(learned_);
    writer.u64(refresh_at_);
    writer.f64(value_);
}

QuantileThreshold QuantileThreshold::read(ByteReader& reader, std::uint16_t) try {
    QuantileThresholdOptions options;
    options.quantile = reader.finite();
    options.warm_up = reader.u64();
    options.margin = reader.finite();
    options.half_life = reader.finite();
    QuantileThreshold threshold{options};
    QuantileSketch sketch = read_object<QuantileSketch>(reader);
    if (sketch.options() != threshold.sketch_.options()) fail_format(where, "a sketch of another shape");
    threshold.sketch_ = std::move(sketch);
    threshold.learned_ = reader.u64();
    threshold.refresh_at_ = reader.u64();
    threshold.value_ = reader.finite();
    if (!threshold.plausible()) fail_format(where, "state that no stream leaves");
    return threshold;
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
